package dev.backfill.examples.quickstart;

/** The two mail providers the quickstart crawls. */
enum Provider {
    /** Microsoft Graph. */
    MICROSOFT("microsoft", "Microsoft", "--graph-url"),
    /** Gmail. */
    GOOGLE("google", "Google", "--gmail-url");

    private final String id;
    private final String title;
    private final String urlArgument;

    Provider(String id, String title, String urlArgument) {
        this.id = id;
        this.title = title;
        this.urlArgument = urlArgument;
    }

    /** The id under which the engine knows it. */
    String id() {
        return id;
    }

    String title() {
        return title;
    }

    /** The argument that names a server of it that is already there. */
    String urlArgument() {
        return urlArgument;
    }
}
