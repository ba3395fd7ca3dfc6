#!/bin/sh
# Starts node with files of at most 16 blocks of 512 bytes.
ulimit -f 16
exec node "$@"
