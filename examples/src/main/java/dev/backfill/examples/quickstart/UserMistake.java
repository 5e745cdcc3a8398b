package dev.backfill.examples.quickstart;

/** Something the person at the keyboard can mend; its message is the one line they see. */
final class UserMistake extends Exception {
    private static final long serialVersionUID = 1L;

    /** The exit code for a wrong argument. */
    static final int BAD_ARGUMENT = 2;

    /** The exit code for everything else. */
    static final int FAILED = 1;

    private final int exitCode;

    private UserMistake(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static UserMistake argument(String message) {
        return new UserMistake(BAD_ARGUMENT, message);
    }

    static UserMistake failed(String message) {
        return new UserMistake(FAILED, message);
    }

    int exitCode() {
        return exitCode;
    }
}
