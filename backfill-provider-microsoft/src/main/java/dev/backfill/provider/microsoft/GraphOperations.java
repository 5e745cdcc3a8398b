package dev.backfill.provider.microsoft;

import dev.backfill.spi.Operation;

/** The kinds of requests that are sent; Graph counts each as one. */
final class GraphOperations {
    static final Operation FOLDERS = new Operation("folders.list", 1);
    static final Operation FOLDER = new Operation("folders.get", 1);
    static final Operation LIST = new Operation("messages.list", 1);
    static final Operation LIST_IDS = new Operation("messages.listIds", 1);
    static final Operation COUNT = new Operation("messages.count", 1);
    static final Operation CHANGES = new Operation("messages.delta", 1);
    static final Operation FOLDER_CHANGES = new Operation("folders.delta", 1);
    static final Operation GET = new Operation("messages.get", 1);
    static final Operation ATTACHMENTS = new Operation("attachments.list", 1);
    static final Operation CONTENT = new Operation("content.get", 1);

    private GraphOperations() {}
}
