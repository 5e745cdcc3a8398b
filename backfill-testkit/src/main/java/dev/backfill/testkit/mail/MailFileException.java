package dev.backfill.testkit.mail;

import java.io.IOException;

/** Says in one line why mail could not be loaded from a file or folder, and names it. */
public final class MailFileException extends IOException {
    private static final long serialVersionUID = 1L;

    MailFileException(String message) {
        super(message);
    }

    MailFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
