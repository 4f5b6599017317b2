#!/bin/bash
# Run once by the image of PostgreSQL, when it makes the database cluster: puts
# the extension into the database, and makes a workspace if LEAD_OPS_WORKSPACE
# names one.
set -euo pipefail

psql -v ON_ERROR_STOP=1 -v workspace="${LEAD_OPS_WORKSPACE:-}" \
	--username "$POSTGRES_USER" --dbname "${POSTGRES_DB:-$POSTGRES_USER}" <<-'END'
	CREATE EXTENSION lead_ops;
	SELECT lead_ops.create_workspace(:'workspace')
	WHERE :'workspace' <> '';
END
