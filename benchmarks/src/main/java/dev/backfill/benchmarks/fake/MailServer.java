package dev.backfill.benchmarks.fake;

import java.net.URI;

/** A fake provider. Thread-safe. */
public interface MailServer extends AutoCloseable {
    /** {@return what its provider plug-in is to be given as the API's address} */
    URI address();

    /** {@return how many requests came, refused ones too} */
    long requests();

    /** Stops the server at once. */
    @Override
    void close();
}
