/** Durable jobs, queue and schedules in a database: one file of SQLite, or a PostgreSQL that instances share. */
@NullMarked
package dev.backfill.store.jdbc;

import org.jspecify.annotations.NullMarked;
