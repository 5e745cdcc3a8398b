package dev.backfill.examples.quickstart;

/** The two mail providers the quickstart crawls. */
enum Provider {
    /** Microsoft Graph. */
    MICROSOFT(
            "microsoft",
            "Microsoft",
            "--graph-url",
            "Microsoft Graph",
            "a Graph's address with its version, for instance https://graph.microsoft.com/v1.0",
            "me/mailFolders?%24top=1",
            "value"),
    /** Gmail. */
    GOOGLE(
            "google",
            "Google",
            "--gmail-url",
            "Gmail",
            "the root of a Gmail, for instance https://gmail.googleapis.com/",
            "gmail/v1/users/me/messages?maxResults=1",
            "messages");

    private final String id;
    private final String title;
    private final String urlArgument;
    private final String serverTitle;
    private final String urlForm;
    private final String probe;
    private final String list;

    Provider(
            String id,
            String title,
            String urlArgument,
            String serverTitle,
            String urlForm,
            String probe,
            String list) {
        this.id = id;
        this.title = title;
        this.urlArgument = urlArgument;
        this.serverTitle = serverTitle;
        this.urlForm = urlForm;
        this.probe = probe;
        this.list = list;
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

    /** What such a server is called. */
    String serverTitle() {
        return serverTitle;
    }

    /** What {@link #urlArgument()} must be, in words. */
    String urlForm() {
        return urlForm;
    }

    /** What every such server answers with a JSON object, relative to its address. */
    String probe() {
        return probe;
    }

    /** The field of that answer which holds a list. */
    String list() {
        return list;
    }
}
