# What the scripts behind the targets of make share: to tell what they do, and
# to install what they need.  Sourced; sets source, the directory of the project.

set -euo pipefail
shopt -s nullglob

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# say a line, and how long the step before took
step_name=
step_since=0
step()
{
	step_end
	step_name=$1
	step_since=$(date +%s%N)
	echo "== $step_name"
}

step_end()
{
	if [ -n "$step_name" ]
	then
		awk -v ns=$(($(date +%s%N) - step_since)) 'BEGIN { printf "   %.1f s\n", ns / 1e9 }'
		step_name=
	fi
}

die()
{
	echo "lead_ops: $*" >&2
	exit 1
}

as_root()
{
	if [ "$(id -u)" = 0 ]
	then
		"$@"
	else
		command -v sudo >/dev/null || die "must be root, or have sudo, to run: $*"
		sudo "$@"
	fi
}

# The PostgreSQL to use: PG_CONFIG, else the one on the PATH, else the newest
# of those Debian keeps side by side.
find_pg_config()
{
	local candidate

	for candidate in "${PG_CONFIG:-}" pg_config \
		$(printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -Vr)
	do
		if [ -n "$candidate" ] && command -v "$candidate" >/dev/null
		then
			PG_CONFIG=$(command -v "$candidate")
			pg_major=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
			return
		fi
	done
	PG_CONFIG=
	pg_major=15
}

# as pg_config says, or nowhere if there is none
server_path()
{
	"${PG_CONFIG:-false}" "$1" || echo /nonexistent
}

# packages_install NAME...: from Debian, never making or starting a server
packages_install()
{
	local log status=0

	command -v apt-get >/dev/null || die "missing, and to be installed by hand: $*"
	log=$(mktemp)
	step "installing $*"
	{
		as_root apt-get update &&
		case "$*" in
			*postgresql-*) without_main_cluster packages_get "$@" ;;
			*) packages_get "$@" ;;
		esac
	} >"$log" 2>&1 || status=$?
	[ $status = 0 ] || tail -n 30 "$log" >&2
	rm -f "$log"
	[ $status = 0 ] || die "could not install $*"
	step_end
}

packages_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# A new server package makes a cluster and starts it, unless told not to.
without_main_cluster()
{
	local config=/etc/postgresql-common/createcluster.conf
	local status=0

	packages_get postgresql-common &&
		as_root cp -p $config $config.before &&
		echo 'create_main_cluster = false' | as_root tee -a $config || return
	"$@" || status=$?
	as_root mv $config.before $config
	return $status
}

# packages_need PACKAGE=TEST...: installs those whose test, a command, fails
packages_need()
{
	local need missing=()

	for need in "$@"
	do
		if ! eval "${need#*=}" >/dev/null 2>&1
		then
			missing+=("${need%%=*}")
		fi
	done
	[ ${#missing[@]} -eq 0 ] || packages_install "${missing[@]}"
}

# what test/fuzz/run needs
fuzz_packages=(
	'clang=command -v clang'
	'libclang-rt-dev=test -e "$(clang -print-file-name="libclang_rt.fuzzer-$(uname -m).a")"'
)
