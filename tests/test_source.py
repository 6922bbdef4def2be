"""The rules of the source tree, read off the tree; each is shown to bite on a planted breach."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import interpol_bcn as bcn

ROOT = Path(__file__).resolve().parents[1]

# Which folders of csrc a folder may include from, besides itself.
BELOW = {
    "base": set(),
    "kernel": {"base"},
    "sketch": {"base"},
    "text": {"base"},
    "arrow": {"base"},
    "simulate": {"base"},
    "model": {"base", "kernel", "sketch", "text", "arrow", "simulate"},
    "python": {"base", "kernel", "sketch", "text", "arrow", "simulate", "model"},
}
MOST_LINES = 450
# Files that may be longer, each with the reason why cutting it would not help a reader.
LONGER: dict[str, str] = {}
# Names that only one file may use, and what they are for.
OWNERS = {
    r"\b(?:malloc|calloc|realloc|aligned_alloc|posix_memalign|free)\s*\(": "csrc/base/memory.c",
    r"\bPY_VERSION_HEX\b": "csrc/python/version.h",
}
TEXT = {".c", ".h", ".py", ".pyi", ".toml", ".md", ".in", ".cfg", ".sh", ".yml"}
# Paths of one machine have no place in a tree that others clone.
FORBIDDEN = re.compile(r"/work/|/root/|/home/\w|file:///|\bTODO\b|\bFIXME\b")


def tracked(root: Path) -> list[Path]:
    """List the files of the tree, without what building and testing leave behind."""
    left = {"build", "dist", ".git", "__pycache__", "node_modules"}
    return sorted(
        path
        for path in root.rglob("*")
        if path.is_file()
        and not any(
            part in left or part.endswith((".egg-info", "_cache")) or part.startswith(".venv")
            for part in path.relative_to(root).parts
        )
    )


def without_comments(text: str) -> str:
    """Blank out comments and string literals of C, keeping the lines."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.S)


def c_files(root: Path) -> list[Path]:
    return [path for path in tracked(root / "csrc") if path.suffix in {".c", ".h"}]


def includes_that_point_up(root: Path) -> list[str]:
    found = []
    for path in c_files(root):
        parts = path.relative_to(root / "csrc").parts
        layer = parts[0] if len(parts) > 1 else ""
        if layer not in BELOW:
            found.append(f"{path.name}: no layer is called {layer!r}")
            continue
        for line, included in re.findall(
            r'^[ \t]*(#[ \t]*include[ \t]*"([^"\n]+)")', path.read_text(encoding="utf-8"), re.M
        ):
            target = included.split("/")[0]
            if target != layer and target not in BELOW[layer]:
                found.append(f"csrc/{'/'.join(parts)}: {line}")
            elif not (root / "csrc" / included).is_file():
                found.append(f"csrc/{'/'.join(parts)}: {line}: no such file")
    return found


def python_outside_the_binding(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}: Python.h"
        for path in c_files(root)
        if re.search(r"#\s*include\s*[<\"](?:Python|structmember|datetime)\.h", path.read_text())
        and path.parent.name != "python"
    ]


def names_used_outside_their_owner(root: Path) -> list[str]:
    found = []
    for path in c_files(root):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
            for pattern, owner in OWNERS.items():
                if name != owner and re.search(pattern, line):
                    found.append(f"{name}:{number}: {line.strip()} (only {owner} may)")
    return found


def names_used_twice(root: Path) -> list[str]:
    seen: dict[str, Path] = {}
    return [
        f"{path.relative_to(root)} and {seen[path.name].relative_to(root)}"
        for path in c_files(root)
        if seen.setdefault(path.name, path) != path
    ]


def files_too_long(root: Path) -> list[str]:
    found = []
    for path in [*c_files(root), *tracked(root / "interpol_bcn")]:
        name = path.relative_to(root).as_posix()
        if path.suffix not in {".c", ".h", ".py"} or name in LONGER:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MOST_LINES:
            found.append(f"{name}: {lines} lines, at most {MOST_LINES}")
    return found


def untidy_lines(root: Path) -> list[str]:
    found = []
    for path in tracked(root):
        text_file = path.suffix in TEXT or path.parent.name == ".ci"
        if not text_file or path.name == "Makefile":
            continue
        text = path.read_bytes().decode("utf-8")
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line or line != line.rstrip():
                found.append(f"{path.relative_to(root)}:{number}: tab or trailing space")
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            found.append(f"{path.relative_to(root)}: does not end with one line end")
    return found


def words_of_one_machine(root: Path) -> list[str]:
    found = []
    for path in tracked(root):
        if path.suffix not in TEXT and path.parent.name != ".ci":
            continue
        if path.name == "test_source.py":
            continue  # it names what it looks for
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FORBIDDEN.search(line):
                found.append(f"{path.relative_to(root)}:{number}: {line.strip()}")
    return found


def third_party_at_import(root: Path) -> list[str]:
    """Find imports at the top of a module of the package that need more than the library."""
    found = []
    for path in tracked(root / "interpol_bcn"):
        if path.suffix != ".py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top != "interpol_bcn":
                    found.append(f"{path.relative_to(root)}:{node.lineno}: {name}")
    return found


def commands_of(readme: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", readme, re.M | re.S)


def readme_without_its_commands(root: Path) -> list[str]:
    blocks = commands_of((root / "README.md").read_text(encoding="utf-8"))[:2]
    found = [
        f"sh block {number} is not one line: {block!r}"
        for number, block in enumerate(blocks, 1)
        if block.count("\n") != 1 or block.startswith("$")
    ]
    if len(blocks) < 2:
        return [*found, "README.md has fewer than two sh blocks"]
    if "interpol-bcn demo" not in blocks[0]:
        found.append("the first sh block does not run the main job")
    if "pytest" not in blocks[1]:
        found.append("the second sh block does not run the tests")
    return found


def map_of_another_tree(root: Path) -> list[str]:
    """Find layers that csrc/README.md does not name, and files it names that are not there."""
    text = (root / "csrc" / "README.md").read_text(encoding="utf-8")
    layers = {path.name for path in (root / "csrc").iterdir() if path.is_dir()}
    found = [
        f"csrc/README.md says nothing of {name}/" for name in layers if f"`{name}/`" not in text
    ]
    for name in re.findall(r"`(\w+/\w+\.[ch])`", text):
        if not (root / "csrc" / name).is_file():
            found.append(f"csrc/README.md names {name}, which is not there")
    return found


RULES: list[Callable[[Path], list[str]]] = [
    includes_that_point_up,
    python_outside_the_binding,
    names_used_outside_their_owner,
    names_used_twice,
    files_too_long,
    untidy_lines,
    words_of_one_machine,
    third_party_at_import,
    readme_without_its_commands,
    map_of_another_tree,
]

GOOD = {
    "csrc/base/memory.c": '#include "base/memory.h"\nvoid *x(void) { return malloc(1); }\n',
    "csrc/base/memory.h": "/* only memory.c may malloc() */\n",
    "csrc/kernel/count.c": '#include "base/memory.h"\n\n#include <stdint.h>\n',
    "csrc/model/plan.c": '#include "kernel/count.h"\nvoid bcn_free(void *);\n',
    "csrc/kernel/count.h": "\n",
    "csrc/python/version.h": "#if PY_VERSION_HEX < 5\n#endif\n",
    "csrc/python/binding.h": '#include <Python.h>\n#include "base/memory.h"\n',
    "csrc/README.md": "`base/` `kernel/` `model/` `python/`, `base/memory.h`\n",
    "interpol_bcn/__init__.py": "import json\n\nfrom . import x\n",
    "interpol_bcn/x.py": "def f():\n    import numpy\n",
    "README.md": "# x\n```sh\nmake it && interpol-bcn demo\n```\n```sh\npytest\n```\n",
}

BREACHES: list[tuple[Callable[[Path], list[str]], str, str]] = [
    (includes_that_point_up, "csrc/base/bad.c", '#include "model/plan.h"\n'),
    (includes_that_point_up, "csrc/kernel/bad.c", '# include "text/csv.h"\n'),
    (includes_that_point_up, "csrc/text/bad.c", '#include "kernel/count.h"\n'),
    (includes_that_point_up, "csrc/arrow/bad.c", '#include "text/csv.h"\n'),
    (includes_that_point_up, "csrc/simulate/bad.c", '#include "model/log.h"\n'),
    (includes_that_point_up, "csrc/model/bad.c", '#include "python/binding.h"\n'),
    (includes_that_point_up, "csrc/base/bad.c", '#include "base/absent.h"\n'),
    (includes_that_point_up, "csrc/attic/bad.c", "\n"),
    (includes_that_point_up, "csrc/bad.c", "\n"),
    (python_outside_the_binding, "csrc/model/bad.c", "#include <Python.h>\n"),
    (names_used_outside_their_owner, "csrc/model/bad.c", "void *p = malloc(3);\n"),
    (names_used_outside_their_owner, "csrc/model/bad.c", "f(); free (p);\n"),
    (names_used_outside_their_owner, "csrc/python/bad.c", "#if PY_VERSION_HEX > 3\n#endif\n"),
    (names_used_twice, "csrc/model/count.c", "\n"),
    (files_too_long, "csrc/model/bad.c", "int x;\n" * (MOST_LINES + 1)),
    (files_too_long, "interpol_bcn/bad.py", "x = 1\n" * (MOST_LINES + 1)),
    (untidy_lines, "csrc/model/bad.c", "\tint x;\n"),
    (untidy_lines, "interpol_bcn/bad.py", "x = 1 \n"),
    (untidy_lines, "interpol_bcn/bad.py", "x = 1"),
    (untidy_lines, "interpol_bcn/bad.py", "x = 1\r\n"),
    (words_of_one_machine, ".ci/bad", "cd /work/somewhere\n"),
    (words_of_one_machine, "tests/bad.py", "# TODO\n"),
    (third_party_at_import, "interpol_bcn/bad.py", "import numpy as np\n"),
    (third_party_at_import, "interpol_bcn/bad.py", "from pyarrow import parquet\n"),
    (readme_without_its_commands, "README.md", "# x\n```sh\ninterpol-bcn demo\n```\n"),
    (readme_without_its_commands, "README.md", GOOD["README.md"].replace("pytest", "true")),
    (readme_without_its_commands, "README.md", GOOD["README.md"].replace(" &&", "\n")),
    (map_of_another_tree, "csrc/text/good.c", "\n"),
    (map_of_another_tree, "csrc/README.md", GOOD["csrc/README.md"].replace("memory", "gone")),
]


def plant(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_is_content_with_a_good_tree(
    rule: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    plant(tmp_path, GOOD)
    assert rule(tmp_path) == []


@pytest.mark.parametrize(("rule", "name", "text"), BREACHES)
def test_the_rule_finds_a_planted_breach(
    rule: Callable[[Path], list[str]], name: str, text: str, tmp_path: Path
) -> None:
    plant(tmp_path, {**GOOD, name: text})
    assert len(rule(tmp_path)) == 1


def test_every_rule_has_a_planted_breach() -> None:
    assert {rule for rule, _, _ in BREACHES} == set(RULES)


def test_long_files_are_named_only_while_they_exist_and_are_long() -> None:
    for name, reason in LONGER.items():
        assert reason
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) > MOST_LINES


def modules_loaded(statement: str) -> set[str]:
    script = f"import json, sys; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


# `import interpol_bcn` may cost 30 ms, and may have to be compiled; modules are counted, since
# a count is the same on a busy machine.  What a heavy one costs: tens of modules and 5 to 30
# ms each.
MOST_MODULES = 60
COUNTING = "import interpol_bcn as bcn; bcn.Log, bcn.FlowMatrix, bcn.members, bcn.published"
HEAVY = {
    "argparse", "asyncio", "concurrent", "csv", "ctypes", "decimal", "difflib",
    "email", "gzip", "html", "http", "importlib.metadata", "logging",
    "multiprocessing", "random", "sqlite3", "statistics", "tempfile", "tokenize", "unittest",
    "urllib", "xml", "zipfile", "zoneinfo",
}  # fmt: skip


def test_importing_loads_no_third_party_module() -> None:
    loaded = modules_loaded("import interpol_bcn") - modules_loaded("pass")
    top = {name.split(".")[0] for name in loaded}
    assert top - sys.stdlib_module_names == {"interpol_bcn"}


def test_importing_loads_few_and_light_modules() -> None:
    loaded = modules_loaded(COUNTING) - modules_loaded("pass")
    assert loaded & HEAVY == set()
    assert len(loaded) <= MOST_MODULES


def test_importing_loads_no_other_module_of_the_package() -> None:
    loaded = modules_loaded("import interpol_bcn") - modules_loaded("pass")
    assert {name for name in loaded if name.startswith("interpol_bcn")} == {"interpol_bcn"}
    assert len(loaded) <= 5


@pytest.mark.parametrize("name", ["members", "published"])
@pytest.mark.parametrize(
    "first",
    [
        "bcn.{0}",
        "import interpol_bcn.{0}",
        "from interpol_bcn.{0} import {0}",
        "from interpol_bcn import *",
        "bcn.read_messages",
    ],
)
def test_a_name_of_the_package_hides_the_module_of_that_name(first: str, name: str) -> None:
    asked = (
        f"import interpol_bcn as bcn; {first.format(name)}; import interpol_bcn.{name}; "
        f"assert type(bcn.{name}) is bcn.{name.capitalize()}, bcn.{name}; "
        f"assert bcn.{name} is sys.modules['interpol_bcn.{name}'].{name}"
    )
    assert f"interpol_bcn.{name}" in modules_loaded(asked)


def test_every_public_name_is_there_and_listed() -> None:
    assert set(bcn.__all__) <= set(dir(bcn))
    assert all(getattr(bcn, name) is not None for name in bcn.__all__)
    assert bcn.errors.QueryError is bcn.QueryError
    with pytest.raises(AttributeError, match="no attribute 'read_mesages'"):
        bcn.read_mesages  # noqa: B018
