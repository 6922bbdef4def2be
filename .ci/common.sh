# What the tasks share. Sourced; leaves the shell in the root of the tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

# Install packages of the system where that is allowed.
fetch() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then return 1; fi
    apt-get -qq update >/dev/null 2>&1 </dev/null || true
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y "$@" >/dev/null 2>&1 </dev/null
}

# Is clang here with its sanitizers and libFuzzer? Fetch it where we may; else say so.
need_clang() {
    if clang_works; then return 0; fi
    fetch clang && fetch "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev" || true
    clang_works || { echo "clang with its runtime is not here and cannot be installed"; return 1; }
}

clang_works() {
    command -v clang >/dev/null && echo \
        'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && !n; }' |
        clang -x c -fsanitize=fuzzer,address - -o /dev/null 2>/dev/null
}

# The interpreter of a minor version, from the path or from pyenv; nothing when there is none.
python_of() {
    local found
    for found in "python3.$1" \
        $(ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$1".*/bin/python 2>/dev/null | sort -rV); do
        if "$found" -c 'import venv' 2>/dev/null; then
            command -v "$found"
            return 0
        fi
    done
    return 1
}

# A copy of the tree as it stands (tracked and new files) in $1, with shared/ beside it.
copy_tree() {
    rm -rf "$1" && mkdir -p "$1/tree"
    git ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' path; do if [ -e "$path" ]; then printf '%s\0' "$path"; fi; done |
        xargs -0 cp --parents -t "$1/tree"
    if [ -d ../shared ]; then ln -sfn "$(cd ../shared && pwd)" "$1/shared"; fi
}
