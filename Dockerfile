# The official image of PostgreSQL with lead_ops in it.
#
#   docker build -t lead_ops .                         PostgreSQL 15
#   docker build -t lead_ops --build-arg PG_MAJOR=17 .
#   docker run --name crm -e POSTGRES_PASSWORD=... -e LEAD_OPS_WORKSPACE=sales -d lead_ops
#
# A new database has the extension, and the workspace that is asked for.
ARG PG_MAJOR=15
FROM postgres:${PG_MAJOR}-bookworm

COPY . /usr/src/lead_ops

RUN set -eux; \
	savedAptMark="$(apt-mark showmanual)"; \
	apt-get update; \
	apt-get install -y --no-install-recommends \
		gcc \
		libc6-dev \
		make \
		"postgresql-server-dev-$PG_MAJOR" \
	; \
	rm -rf /var/lib/apt/lists/*; \
	\
	make -C /usr/src/lead_ops -j "$(nproc)" install \
		PG_CONFIG="/usr/lib/postgresql/$PG_MAJOR/bin/pg_config"; \
	install -d /usr/share/doc/lead_ops; \
	cp /usr/src/lead_ops/LICENSE /usr/src/lead_ops/README.md /usr/src/lead_ops/doc/*.md /usr/share/doc/lead_ops/; \
	install -m 755 /usr/src/lead_ops/examples/docker/lead_ops.sh /docker-entrypoint-initdb.d/; \
	rm -rf /usr/src/lead_ops; \
	\
# what was there before stays, what was only needed to build goes
	apt-mark auto '.*' > /dev/null; \
	[ -z "$savedAptMark" ] || apt-mark manual $savedAptMark > /dev/null; \
	apt-get purge -y --auto-remove -o APT::AutoRemove::RecommendsImportant=false
