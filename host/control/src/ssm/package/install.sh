#!/bin/sh
# Distributor runs this as root, in the folder of the package.
set -eu
# Under its name only once it is whole: a command may start it at this very moment.
cp moontide /usr/local/bin/.moontide.new
chmod 755 /usr/local/bin/.moontide.new
mv -f /usr/local/bin/.moontide.new /usr/local/bin/moontide
mkdir -p /etc/moontide/runbooks /var/lib/moontide
chmod 700 /var/lib/moontide
/usr/local/bin/moontide --version
