#!/bin/sh
# The binary is there, runs on this server, and is the one of the package.
set -eu
/usr/local/bin/moontide --version
cmp -s moontide /usr/local/bin/moontide
