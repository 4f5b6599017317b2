# lead_ops: builds with PGXS, in place or from another directory
# (make -f path/to/lead_ops/Makefile).  "make help" lists the targets.

EXTENSION = lead_ops
MODULE_big = lead_ops

src := $(if $(VPATH),$(VPATH),$(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST)))))
version := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(src)/lead_ops.control)

OBJS = $(patsubst $(src)/%.c,%.o,$(sort $(wildcard $(src)/src/*.c $(src)/src/core/*.c)))
sql_parts = $(sort $(wildcard $(src)/src/sql/*.sql))
workspace_parts = $(sort $(wildcard $(src)/src/workspace/*.sql $(src)/src/workspace/upgrade/*.sql))

upgrades := $(patsubst $(src)/src/sql/upgrade/%.sql,lead_ops--%.sql,$(sort $(wildcard $(src)/src/sql/upgrade/*.sql)))
DATA_built = lead_ops--$(version).sql $(upgrades)
EXTRA_CLEAN = $(OBJS:.o=.d) build

REGRESS := $(patsubst $(src)/sql/%.sql,%,$(sort $(wildcard $(src)/sql/*.sql)))
REGRESS_OPTS = --load-extension=lead_ops
ISOLATION := $(patsubst $(src)/test/isolation/%.spec,%,$(sort $(wildcard $(src)/test/isolation/*.spec)))
ISOLATION_OPTS = --inputdir=$(src)/test/isolation --load-extension=lead_ops
TAP_TESTS = 1
PROVE_TESTS ?= test/tap/*.pl
REGRESS_PREP = $(if $(ISOLATION),output_iso/specs)

PG_CPPFLAGS = -DLEAD_OPS_VERSION='"$(version)"'
# Each object's headers, so that an edited header rebuilds what includes it.
override PG_CFLAGS += -MMD -MP

# Bitcode for the JIT needs the very clang the server was built with, and
# nothing in here gains from being inlined.  "make with_llvm=yes" builds it.
ifneq ($(with_llvm),yes)
override with_llvm = no
endif

SECONDS ?= 60
MINUTES ?= 5

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

# The scripts behind test, demo, bench, fuzz and lint install what they need,
# so these targets work where there is no PostgreSQL yet.
ifneq ($(PGXS),)
include $(PGXS)
ifeq ($(shell test $(VERSION_NUM) -ge 150000 && echo yes),)
$(error lead_ops needs PostgreSQL 15 or newer, this is $(VERSION))
endif
else
all install uninstall installcheck clean:
	@echo '$(PG_CONFIG) or the server headers are missing: install postgresql-server-dev-15, or name another pg_config with PG_CONFIG=' >&2
	@false
endif

-include $(OBJS:.o=.d)

# By their full names: VPATH would find the source's.
obj_dirs = $(addprefix $(CURDIR)/,$(sort $(dir $(OBJS))))
$(OBJS): | $(obj_dirs)
$(obj_dirs):
	@mkdir -p $@

$(DATA_built): $(sql_parts) $(workspace_parts) $(src)/tools/join-sql $(src)/lead_ops.control
lead_ops--$(version).sql:
	sh $(src)/tools/join-sql $(src) > $@.tmp
	mv $@.tmp $@
$(upgrades): lead_ops--%.sql: $(src)/src/sql/upgrade/%.sql
	sh $(src)/tools/join-sql $(src) $* > $@.tmp
	mv $@.tmp $@

# pg_isolation_regress looks for its specs in a folder of that name.
output_iso/specs: $(wildcard $(src)/test/isolation/*.spec)
	@mkdir -p $@
	@cp $^ $@/
	@touch $@

.DEFAULT_GOAL := all

.PHONY: all install uninstall installcheck clean test soak versions valgrind demo bench fuzz fuzz-merge lint dist deb help

## all: build the module and the install script
## install: install them into the server that PG_CONFIG names
## uninstall: remove them from it
## installcheck: run the pg_regress, isolation and TAP tests against the running server
## clean: remove what was built

## test: everything that is tested, in a private server of its own
test:
	@$(src)/test/run

## versions: the same with newer releases of PostgreSQL, in Debian trees of their own
versions:
	@$(src)/test/versions

## valgrind: pg_regress and damaged input in a server that valgrind watches
valgrind:
	@$(src)/test/run valgrind

## soak: the tests that break things, for MINUTES (5) of load each, and as long fuzzing
soak:
	@SOAK_FACTOR=$$((3 * $(MINUTES))) FUZZ_SECONDS=$$((6 * $(MINUTES))) \
		$(src)/test/run tap=080_crash,081_cancel,082_standby,083_mixed,084_logical,085_full_disk fuzz

## demo: the main job on generated data, or on a CRM export: make demo CRM=dir
demo:
	@$(src)/examples/demo/run $(if $(CRM),'$(CRM)')

## bench: time the work against its floors: make bench [SECTION=name] [QUICK=1]
bench:
	@$(src)/test/bench/run $(SECTION) $(if $(QUICK),--quick)

## fuzz: fuzz the core, each target for SECONDS (60): make fuzz [TARGET=name]
fuzz:
	@$(src)/test/fuzz/run fuzz $(SECONDS) $(TARGET)

## fuzz-merge: take into the corpus what fuzzing found that reaches new code
fuzz-merge:
	@$(src)/test/fuzz/run merge $(TARGET)

## lint: cppcheck, clang-tidy, scan-build, shellcheck and the layout of the files
lint:
	@$(src)/test/lint

## dist: a PGXN archive of the committed state
dist:
	git -C $(src) archive --format=zip --prefix=lead_ops-$(version)/ \
		-o $(CURDIR)/lead_ops-$(version).zip HEAD

## deb: the Debian packages, into build/
deb:
	@$(src)/tools/build-deb

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' $(src)/Makefile | expand -t 14
