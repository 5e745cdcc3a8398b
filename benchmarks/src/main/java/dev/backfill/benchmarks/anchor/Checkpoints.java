package dev.backfill.benchmarks.anchor;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * The least that is a durable checkpoint: one row a walk, one statement and one commit a checkpoint, on a connection of its own.
 * Not thread-safe.
 */
public final class Checkpoints implements AutoCloseable {
    private static final String TABLE = "plain_checkpoint";

    private final Connection connection;
    private final PreparedStatement update;

    /**
     * Connects, and makes the table if it is not there.
     *
     * @param source the database
     * @throws SQLException if it cannot be used
     */
    public Checkpoints(DataSource source) throws SQLException {
        connection = source.getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists " + TABLE
                    + " (walk varchar(100) primary key, position varchar(4000), published bigint)");
        }
        update = connection.prepareStatement("insert into " + TABLE + " (walk, position, published) values (?, ?, ?)"
                + " on conflict (walk) do update set position = excluded.position, published = excluded.published");
        connection.commit();
    }

    /**
     * Stores how far a walk is. On the disk when it returns.
     *
     * @param walk the walk
     * @param position where it goes on
     * @param published how many messages are acknowledged
     * @throws SQLException if it cannot be stored
     */
    public void store(String walk, String position, long published) throws SQLException {
        update.setString(1, walk);
        update.setString(2, position);
        update.setLong(3, published);
        update.executeUpdate();
        connection.commit();
    }

    @Override
    public void close() throws SQLException {
        update.close();
        connection.close();
    }
}
