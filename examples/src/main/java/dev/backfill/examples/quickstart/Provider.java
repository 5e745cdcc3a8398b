package dev.backfill.examples.quickstart;

/** The two mail providers the quickstart crawls. */
enum Provider {
    /** Microsoft Graph. */
    MICROSOFT("microsoft", "Microsoft"),
    /** Gmail. */
    GOOGLE("google", "Google");

    private final String id;
    private final String title;

    Provider(String id, String title) {
        this.id = id;
        this.title = title;
    }

    /** The id under which the engine knows it. */
    String id() {
        return id;
    }

    String title() {
        return title;
    }
}
