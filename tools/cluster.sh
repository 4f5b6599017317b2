# A private PostgreSQL to test, show and measure lead_ops in.  Sourced by
# test/run, examples/demo/run and test/bench/run:
#
#	. tools/cluster.sh
#	cluster_packages            install what is missing (server, headers, ...)
#	cluster_build [make args]   build a copy of the sources and install it
#	cluster_start [name=value]  make and start a server with these settings
#	as_server command           run a command as the server's user
#
# Nothing outside a temporary directory is touched: the server runs from a
# private copy of the PostgreSQL installation into which lead_ops is installed,
# so neither an installed lead_ops nor a running server is disturbed, and
# nothing but missing packages needs root.  All of it is gone when the script
# ends; KEEP=1 leaves the directory for a look at its logs.
#
# Set afterwards: work (the directory), source (the copy of the sources in it),
# bindir, and the libpq variables for a superuser on the private server.

. "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

work=
server_user=
started=

# The make that has called us shares neither its jobs nor its variables.
unset MAKEFLAGS MFLAGS MAKELEVEL

cluster_cleanup()
{
	local status=$?

	trap - EXIT
	if [ -n "$started" ]
	then
		as_server "$bindir/pg_ctl" -D "$work/data" -m immediate stop >/dev/null || true
	fi
	if [ -n "$work" ] && [ -n "${KEEP:-}" ]
	then
		echo "kept $work" >&2
	elif [ -n "$work" ]
	then
		rm -rf "$work"
	fi
	exit $status
}
trap cluster_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# PostgreSQL refuses to run as root.
as_server()
{
	if [ "$(id -u)" = 0 ]
	then
		runuser -u "$server_user" -- "$@"
	else
		"$@"
	fi
}

# cluster_packages [PACKAGE=TEST]...: what builds and runs the server, and every
# other package whose test fails; @ stands for the version of PostgreSQL
cluster_packages()
{
	find_pg_config
	packages_need gcc='command -v gcc' libc6-dev='test -e /usr/include/stdio.h' make='command -v make' \
		"postgresql-$pg_major=test -x \"\$(server_path --bindir)/postgres\"" \
		"postgresql-server-dev-$pg_major=test -e \"\$(server_path --pgxs)\"" \
		"${@//@/$pg_major}"
	find_pg_config
	[ -n "$PG_CONFIG" ] || die 'there is no pg_config: name it with PG_CONFIG='
}

# The server finds its libraries and data by the place of its program, so a
# copy of the tree works as the tree does.  Only the programs are copied: links
# are resolved before the place is taken.
private_postgres()
{
	local dir

	bindir=$work/postgres$("$PG_CONFIG" --bindir)
	mkdir -p "$bindir"
	cp -L "$("$PG_CONFIG" --bindir)"/* "$bindir/"
	for dir in "$("$PG_CONFIG" --pkglibdir)" "$("$PG_CONFIG" --sharedir)"
	do
		mkdir -p "$work/postgres$dir"
		cp -rsf "$dir"/* "$work/postgres$dir/"
	done
	rm -rf "$work/postgres$("$PG_CONFIG" --pkglibdir)"/{lead_ops.so,pgxs,bitcode} \
		"$work/postgres$("$PG_CONFIG" --sharedir)"/extension/lead_ops*
}

cluster_build()
{
	step "building lead_ops for PostgreSQL $pg_major${*:+, $*}"
	work=$(mktemp -d "${TMPDIR:-/tmp}/lead_ops.XXXXXX")
	mkdir "$work/source" "$work/log"
	tar -C "$source" --exclude=.git --exclude=./build --exclude='*.o' --exclude='*.so' \
		--exclude='*.d' --exclude='*.bc' --exclude='./lead_ops--*.sql' -cf - . |
		tar -C "$work/source" -xf - --no-same-owner
	source=$work/source
	private_postgres
	if [ "$(id -u)" = 0 ]
	then
		server_user=postgres
		id "$server_user" >/dev/null 2>&1 || die "there is no user $server_user to run the server"
		chown -R "$server_user" "$work"
	fi
	chmod 755 "$work"
	as_server test -x "$work" || die "user $server_user cannot reach $work: choose another TMPDIR"
	cd "$work"
	if ! as_server make -s -C "$source" -j2 PG_CONFIG="$PG_CONFIG" "$@" install \
		DESTDIR="$work/postgres" >"$work/log/build" 2>&1
	then
		cat "$work/log/build" >&2
		die "the build failed"
	fi
	cat "$work/log/build"
	step_end
}

cluster_start()
{
	local setting

	step "starting a private server"
	export PATH=$bindir:$PATH
	export PGHOST=$work PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	unset PGOPTIONS PGSERVICE PGPASSFILE PGHOSTADDR PGDATA
	as_server initdb --no-sync -A trust -U postgres -E UTF8 --locale=C "$work/data" >"$work/log/initdb"
	as_server tee -a "$work/data/postgresql.conf" >/dev/null <<-END
		listen_addresses = ''
		unix_socket_directories = '$work'
		port = 5432
		$(for setting in "$@"; do echo "$setting"; done)
	END
	as_server pg_ctl -D "$work/data" -l "$work/log/server" -w start >/dev/null ||
		{ tail -n 20 "$work/log/server" >&2; die "the server did not start"; }
	started=1
	step_end
}
