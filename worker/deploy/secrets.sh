#!/bin/sh
# Makes the passwords of a new service, each in a file that only those containers mount which need it. What is there stays.
set -eu
umask 022
random() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
keep() { [ -s "$1" ] || { cat >"$1.new" && mv "$1.new" "$1"; }; }

random | keep /secrets/postgres/password
random | keep /secrets/redis/password
random | keep /secrets/grader/secret_key
printf 'postgres://grader:%s@postgres/grader' "$(cat /secrets/postgres/password)" | keep /secrets/grader/database
printf 'redis://:%s@redis:6379/0' "$(cat /secrets/redis/password)" | keep /secrets/grader/redis
for name in store_key store_secret; do  # empty, until the content is kept in an S3 bucket
    [ -e "/secrets/grader/$name" ] || : >"/secrets/grader/$name"
done
