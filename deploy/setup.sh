# Set-up that the scripts of this repository share: missing packages of a fresh Debian machine are installed, present ones are
# left alone. Sourced: . "$root/deploy/setup.sh". Every function says what it does and ends the script when it cannot.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Debian's interpreter: its grpcio is not visible to another Python that may come first in PATH.
debian_python=/usr/bin/python3

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# Each build ends with its own processes. A process that it left for the next build would end with the script that started it, and a build of another
# script that uses it by then waits without end.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

# What the step at hand prints, shown only when it fails.
setup_log=

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# need_dotnet: the SDK that global.json asks for.
need_dotnet() {
  command -v dotnet >/dev/null || die "dotnet is missing: install the .NET SDK 10.0 (https://dotnet.microsoft.com/download) and run this again"
  local version
  version=$(cd "$root" && dotnet --version 2>/dev/null) ||
    die "the .NET SDK that global.json asks for is missing (there: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' -)): install the .NET SDK 10.0"
  say ".NET SDK $version"
}

# need_node: Node.js 20 or newer with npm.
need_node() {
  command -v node >/dev/null || die "node is missing: install Node.js 20 or newer and run this again"
  command -v npm >/dev/null || die "npm is missing: it comes with Node.js, or from Debian's package npm"
  local version
  version=$(node -p 'process.versions.node')
  [ "${version%%.*}" -ge 20 ] || die "Node.js $version is too old: 20 or newer is needed"
  say "Node.js $version"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=DEBIAN_FRONTEND,RUNLEVEL,SYSTEMD_OFFLINE "$@"
  else
    die "root is needed for: $* (sudo is not installed)"
  fi
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# need_debian PACKAGE...: installs those that are missing. A package that brings a service gets it installed, not started.
need_debian() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "missing, and apt-get is not available to install them: ${missing[*]}"

  say "installing from Debian: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 SYSTEMD_OFFLINE=1
  setup_log=$(mktemp)
  # The package lists are fetched only when those at hand are missing or too old to install from.
  if ! as_root apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null >"$setup_log" 2>&1; then
    say "fetching Debian's package lists"
    if ! { as_root apt-get update -q && as_root apt-get install -y -q --no-install-recommends "${missing[@]}"; } </dev/null >"$setup_log" 2>&1; then
      cat "$setup_log" >&2
      rm -f "$setup_log"
      die "apt-get could not install: ${missing[*]}"
    fi
  fi
  rm -f "$setup_log"
  unset RUNLEVEL SYSTEMD_OFFLINE
}

# need_npm FOLDER...: npm ci where node_modules is not what the lock file says.
need_npm() {
  local folder lock stamp
  for folder in "$@"; do
    lock=$(sha256sum <"$root/$folder/package-lock.json")
    stamp="$root/$folder/node_modules/.installed-lock"
    [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ] || continue
    say "npm ci in $folder"
    setup_log=$(mktemp)
    if ! (cd "$root/$folder" && npm ci --ignore-scripts </dev/null >"$setup_log" 2>&1); then
      cat "$setup_log" >&2
      rm -f "$setup_log"
      die "npm ci failed in $folder"
    fi
    rm -f "$setup_log"
    printf '%s\n' "$lock" >"$stamp"
  done
}

# run_in_group COMMAND...: runs it as a separate process group, which stop_group ends completely. Processes that it leaves end with it. Returns
# its exit code.
group_pid=
run_in_group() {
  set -m
  "$@" </dev/null &
  group_pid=$!
  set +m
  local code=0
  wait "$group_pid" || code=$?
  kill -TERM -- "-$group_pid" 2>/dev/null
  group_pid=
  return "$code"
}

# stop_group: ends what run_in_group left running, children and all; nothing else.
stop_group() {
  [ -z "$setup_log" ] || rm -f "$setup_log"
  [ -n "$group_pid" ] || return 0
  kill -TERM -- "-$group_pid" 2>/dev/null
  local i
  for i in $(seq 50); do
    kill -0 -- "-$group_pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$group_pid" 2>/dev/null
}

# quietly COMMAND...: runs it as a separate group and shows its output only when it fails. Returns its exit code.
quietly() {
  setup_log=$(mktemp)
  local code=0
  run_in_group "$@" >"$setup_log" 2>&1 || code=$?
  [ "$code" -eq 0 ] || cat "$setup_log" >&2
  rm -f "$setup_log"
  return "$code"
}

# need_restore TARGET: fetches the packages of a project or the solution.
need_restore() {
  say "restoring $1"
  quietly dotnet restore -nologo -v quiet "$1" || die "the packages of $1 could not be restored"
}

# need_build TARGET [dotnet build options]: builds a project or the solution, from the repository's root. A separate compiler serves all
# projects and ends with the build: with a compiler for each, every one loads and compiles the analyzers again.
need_build() {
  say "building $1"
  quietly dotnet build -nologo -v quiet -p:UseSharedCompilation=true -p:SharedCompilationId="snet-gateway-$$" "$@" || die "the build failed"
}

# need_published FOLDER [dotnet publish options]: the gateway as it is published for this machine, compiled ahead. What a build made is not
# compiled again: the code is the same for each platform.
need_published() {
  local folder=$1
  shift
  say "publishing the gateway"
  quietly dotnet publish src/SnetGateway.Gateway -c Release --use-current-runtime --no-self-contained -o "$folder" -nologo -v quiet \
    -p:AppendRuntimeIdentifierToOutputPath=false -p:PlatformTarget=AnyCPU "$@" ||
    die "the gateway could not be published"
}
