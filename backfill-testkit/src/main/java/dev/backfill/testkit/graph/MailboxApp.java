package dev.backfill.testkit.graph;

import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import dev.backfill.testkit.mail.MailAttachment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Answers requests below one mailbox: folders, messages, attachments. Thread-safe. */
final class MailboxApp {
    private static final int DEFAULT_FOLDER_PAGE = 10;

    private static final Pattern BRACKETS = Pattern.compile("(?i)(mailFolders|messages)\\('([^']*)'\\)");

    private final MessageLister lister;
    private final DeltaLister deltas;
    private final FolderDelta folderDelta;
    private volatile String root = "";

    MailboxApp(MessageLister lister, DeltaLister deltas) {
        this.lister = lister;
        this.deltas = deltas;
        this.folderDelta = new FolderDelta(deltas);
    }

    /** Says where the server listens; before it answers. */
    void root(String value) {
        this.root = value;
    }

    HttpAnswer answer(GraphMailbox mailbox, List<String> segments, HttpCall call) {
        List<String> path = withoutBrackets(segments);
        if (path.isEmpty()) {
            return user(mailbox, call);
        }
        return switch (path.get(0)) {
            case "mailFolders" -> folders(mailbox, path, call);
            case "messages" -> messages(mailbox, null, path, call);
            default -> throw GraphFault.badRequest("Resource not found for the segment '" + path.get(0) + "'.");
        };
    }

    /** Takes {@code mailFolders('id')} for {@code mailFolders/id}, as OData has it. */
    private static List<String> withoutBrackets(List<String> segments) {
        List<String> path = new ArrayList<>();
        for (String segment : segments) {
            Matcher matcher = BRACKETS.matcher(segment);
            if (matcher.matches()) {
                path.add(matcher.group(1));
                path.add(matcher.group(2));
            } else {
                // Microsoft's client calls the function with brackets, its documentation without.
                path.add(segment.equals("delta()") ? "delta" : segment);
            }
        }
        if (!path.isEmpty() && path.get(0).equalsIgnoreCase("mailFolders")) {
            path.set(0, "mailFolders");
        }
        return path;
    }

    private String context(GraphMailbox mailbox, String tail) {
        return root + "/" + GraphRouter.VERSION + "/$metadata#users('" + mailbox.userId() + "')" + tail;
    }

    private HttpAnswer user(GraphMailbox mailbox, HttpCall call) {
        String select = call.parameter("$select");
        boolean all = select == null;
        byte[] user = MessageRenderer.bytes(json -> {
            json.writeStartObject();
            if (all) {
                json.writeStringField("displayName", "Mailbox");
                json.writeStringField("mail", mailbox.address());
                json.writeStringField("userPrincipalName", mailbox.address());
            }
            json.writeStringField("id", mailbox.userId());
            json.writeEndObject();
        });
        return GraphAnswers.entity(root + "/" + GraphRouter.VERSION + "/$metadata#users/$entity", user);
    }

    private HttpAnswer folders(GraphMailbox mailbox, List<String> path, HttpCall call) {
        if (path.size() == 1) {
            return children(mailbox, mailbox.root(), call);
        }
        if (path.get(1).equals("delta")) {
            return folderDelta.list(mailbox, call, root, folder -> folder(mailbox, folder));
        }
        GraphFolder folder = mailbox.locked(() -> mailbox.findFolder(wellKnown(path.get(1))));
        if (folder == null) {
            throw GraphFault.itemNotFound();
        }
        if (path.size() == 2) {
            byte[] json = mailbox.locked(() -> folder(mailbox, folder));
            return GraphAnswers.entity(context(mailbox, "/mailFolders/$entity"), json);
        }
        return switch (path.get(2)) {
            case "childFolders" -> children(mailbox, folder, call);
            case "messages" -> messages(mailbox, folder, path.subList(2, path.size()), call);
            default -> throw GraphFault.badRequest("Resource not found for the segment '" + path.get(2) + "'.");
        };
    }

    /** Well-known names are taken in any case; ids are not. */
    private static String wellKnown(String idOrName) {
        return idOrName.length() > 40 ? idOrName : idOrName.toLowerCase(Locale.ROOT);
    }

    private HttpAnswer children(GraphMailbox mailbox, GraphFolder parent, HttpCall call) {
        boolean hidden = "true".equals(call.parameter("includeHiddenFolders"));
        int top = Math.min(ListQuery.number(call, "$top", DEFAULT_FOLDER_PAGE), GraphQuirks.MAX_PAGE);
        int skip = ListQuery.number(call, "$skip", 0);
        List<byte[]> shown = mailbox.locked(() -> parent.children.stream()
                .filter(folder -> hidden || folder.kind != GraphFolder.Kind.HIDDEN)
                .map(folder -> folder(mailbox, folder))
                .toList());
        int start = Math.min(skip, shown.size());
        int end = Math.min(start + Math.max(1, top), shown.size());
        String next = end < shown.size() ? lister.link(call, end, root) : null;
        String context = context(mailbox, "/mailFolders");
        Long count = "true".equals(call.parameter("$count")) ? Long.valueOf(shown.size()) : null;
        return GraphAnswers.collection(context, count, next, shown.subList(start, end));
    }

    private static byte[] folder(GraphMailbox mailbox, GraphFolder folder) {
        List<GraphItem> items = mailbox.shown(folder);
        long visibleChildren = folder.children.stream()
                .filter(child -> child.kind != GraphFolder.Kind.HIDDEN)
                .count();
        return MessageRenderer.bytes(json -> {
            json.writeStartObject();
            if (folder.kind == GraphFolder.Kind.SEARCH) {
                json.writeStringField("@odata.type", "#microsoft.graph.mailSearchFolder");
            }
            json.writeStringField("id", folder.id);
            json.writeStringField("displayName", folder.name);
            json.writeStringField("parentFolderId", folder.parent == null ? mailbox.root().id : folder.parent.id);
            json.writeNumberField("childFolderCount", visibleChildren);
            json.writeNumberField(
                    "unreadItemCount",
                    items.stream().filter(item -> !item.mail.isRead()).count());
            json.writeNumberField("totalItemCount", items.size());
            json.writeBooleanField("isHidden", folder.kind == GraphFolder.Kind.HIDDEN);
            if (folder.kind == GraphFolder.Kind.SEARCH) {
                json.writeBooleanField("isSupported", true);
                json.writeBooleanField("includeNestedFolders", false);
                json.writeStringField("filterQuery", "isRead eq false");
            }
            json.writeEndObject();
        });
    }

    private HttpAnswer messages(GraphMailbox mailbox, @Nullable GraphFolder folder, List<String> path, HttpCall call) {
        String tail = folder == null ? "/messages" : "/mailFolders('" + folder.id + "')/messages";
        if (path.size() == 1) {
            return lister.list(mailbox, folder, call, root, context(mailbox, tail));
        }
        if (folder != null && path.get(1).equals("delta")) {
            return deltas.list(mailbox, folder, call, root);
        }
        if (path.get(1).equals("$count")) {
            return GraphAnswers.number(lister.count(mailbox, folder, call));
        }
        GraphItem item = mailbox.locked(() -> mailbox.findItem(path.get(1)));
        if (item == null || (folder != null && item.folder != folder)) {
            throw GraphFault.itemNotFound();
        }
        if (path.size() == 2) {
            MessageShape shape = lister.shape(MessageShape.of(call));
            check(mailbox, item, shape.needsContent());
            byte[] json = MessageRenderer.message(mailbox, item, shape);
            return GraphAnswers.entity(context(mailbox, "/messages/$entity"), json);
        }
        check(mailbox, item, true);
        return switch (path.get(2)) {
            case "$value" -> GraphAnswers.bytes("text/plain", item.mail.mime().toByteArray());
            case "attachments" -> attachments(mailbox, item, path, call);
            default -> throw GraphFault.badRequest("Resource not found for the segment '" + path.get(2) + "'.");
        };
    }

    private static void check(GraphMailbox mailbox, GraphItem item, boolean content) {
        if (content && mailbox.locked(() -> mailbox.isCorrupt(item))) {
            throw new GraphFault(500, "ErrorCorruptData", "Data is corrupt.");
        }
    }

    private HttpAnswer attachments(GraphMailbox mailbox, GraphItem item, List<String> path, HttpCall call) {
        String messageId = mailbox.id(item, MessageShape.wantsImmutableIds(call));
        int count = item.mail.parsed().attachments().size();
        if (path.size() == 3) {
            List<String> wanted = MessageShape.attachmentSelect(call.parameter("$select"));
            List<byte[]> all = new ArrayList<>();
            for (int index = 0; index < count; index++) {
                int place = index;
                all.add(MessageRenderer.bytes(
                        json -> MessageRenderer.attachment(json, messageId, place, item, wanted)));
            }
            return GraphAnswers.collection(context(mailbox, "/messages/attachments"), null, null, all);
        }
        int index = GraphIds.attachmentIndex(path.get(3));
        if (index < 0 || index >= count) {
            throw GraphFault.itemNotFound();
        }
        if (path.size() > 4 && path.get(4).equals("$value")) {
            MailAttachment attachment = item.mail.parsed().attachments().get(index);
            return GraphAnswers.bytes(
                    attachment.contentType(), attachment.content().toByteArray());
        }
        List<String> wanted = MessageShape.attachmentSelect(call.parameter("$select"));
        byte[] json = MessageRenderer.bytes(out -> MessageRenderer.attachment(out, messageId, index, item, wanted));
        return GraphAnswers.entity(context(mailbox, "/messages/attachments/$entity"), json);
    }
}
