/** What a host calls, what a plug-in implements, and the email itself. */
module dev.backfill.api {
    requires static transitive org.jspecify;

    exports dev.backfill.api;
    exports dev.backfill.model;
    exports dev.backfill.spi;
}
