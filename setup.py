import os
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from glob import glob

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# BCN_ABI3=1 builds one wheel for CPython 3.12 and all later (not free-threaded).
# BCN_CFLAGS adds compiler flags: CI passes -Werror, the sanitizer runs theirs.
free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
abi3 = os.environ.get("BCN_ABI3") == "1" and not free_threaded and sys.version_info >= (3, 12)
flags = ["-std=c11", "-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wconversion", "-Wshadow"]
extra = os.environ.get("BCN_CFLAGS", "").split()


class BuildOnAllCores(build_ext):
    """Compile the files of the one extension side by side: setuptools takes them in a row."""

    def build_extensions(self):
        one_by_one = self.compiler.compile

        def compile(sources, *args, **kwargs):
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                made = pool.map(lambda source: one_by_one([source], *args, **kwargs), sources)
                return [path for paths in made for path in paths]

        self.compiler.compile = compile
        super().build_extensions()


setup(
    license="MIT",
    cmdclass={"build_ext": BuildOnAllCores},
    ext_modules=[
        Extension(
            "interpol_bcn._core",
            sorted(glob("csrc/**/*.c", recursive=True)),
            depends=["setup.py", *sorted(glob("csrc/**/*.h", recursive=True))],
            include_dirs=["csrc"],
            define_macros=[("Py_LIMITED_API", "0x030C0000")] if abi3 else [],
            py_limited_api=abi3,
            extra_compile_args=[] if sys.platform == "win32" else flags + extra,
            extra_link_args=[] if sys.platform == "win32" else ["-pthread", "-lm", *extra],
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp312"}} if abi3 else {},
)
