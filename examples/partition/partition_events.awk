# Partition the event tables of a workspace: reads a plain dump of it, writes
# the same dump with these tables partitioned by their number.
#
# usage: pg_dump -n sales db | awk -v schema=sales [-v rows=10000000] [-v parts=10]
#            -f partition_events.awk | psql -v ON_ERROR_STOP=1 -1 other_db
#
# Numbers are drawn in the order of time, so a partition is a stretch of time,
# and primary keys and the foreign keys to them stay as they are.  Unique keys
# without the number are made on every partition instead.
BEGIN {
	if (schema == "")
		schema = "sales"
	if (!rows)
		rows = 10000000
	if (!parts)
		parts = 10
	key["attempt"] = "attempt"
	key["lead_event"] = "event"
	key["presence_log"] = "entry"
	key["task_event"] = "event"
	for (name in key)
		table[schema "." name] = name
}

function on_each_partition(statement,    i, name)
{
	for (i = 0; i < parts; i++) {
		name = statement
		gsub(/TABLE_PARTITION/, current "_" i, name)
		print name
	}
}

$1 == "CREATE" && $2 == "TABLE" && $3 in table {
	current = $3
}

# the end of its definition
current != "" && /^\)/ {
	sub(/^\)/, ") PARTITION BY RANGE (" key[table[current]] ")")
	print
	for (i = 0; i < parts; i++)
		print "CREATE TABLE " current "_" i " PARTITION OF " current \
			" FOR VALUES FROM (" i * rows ") TO (" (i + 1) * rows ");"
	current = ""
	next
}

# ALTER TABLE ONLY table / ADD CONSTRAINT ..., in two lines
$1 == "ALTER" && $2 == "TABLE" && $3 == "ONLY" && $4 in table {
	altered = $4
	next
}

altered != "" {
	if ($4 == "UNIQUE") {
		current = altered
		rest = $0
		sub(/ADD CONSTRAINT [a-z_]+ /, "ADD ", rest)
		on_each_partition("ALTER TABLE TABLE_PARTITION" rest)
		current = ""
	} else
		print "ALTER TABLE " altered "\n" $0
	altered = ""
	next
}

$1 == "CREATE" && $2 == "UNIQUE" && $5 == "ON" {
	for (t in table)
		if ($6 == t) {
			current = t
			rest = $0
			sub(/INDEX [a-z_]+ ON [^ ]+/, "INDEX ON TABLE_PARTITION", rest)
			on_each_partition(rest)
			current = ""
			next
		}
}

{ print }
