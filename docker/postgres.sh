#!/bin/sh
# Run once by the image on an empty volume, as its superuser: the database and a role that owns it and nothing else.
set -eu
password=$(cat /run/secrets/postgres_password)
psql --set ON_ERROR_STOP=1 --set "password=$password" --username postgres <<'SQL'
CREATE ROLE sada LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'password';
CREATE DATABASE sada OWNER sada;
REVOKE CONNECT ON DATABASE sada FROM PUBLIC;
SQL
