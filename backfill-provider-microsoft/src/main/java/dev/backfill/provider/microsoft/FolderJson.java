package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A mail folder as Graph sends it. Immutable.
 *
 * @param id its id, constant for its life
 * @param name its name in the mailbox's language
 * @param parentId the id of the folder above
 * @param children how many folders it holds; null when the server does not say
 * @param items how many items it holds; null when the server does not say
 * @param hidden true if users do not see it
 * @param search true if it only shows other folders' messages
 */
record FolderJson(
        String id,
        String name,
        String parentId,
        @Nullable Long children,
        @Nullable Long items,
        boolean hidden,
        boolean search) {

    /**
     * A page of folders.
     *
     * @param folders the folders
     * @param nextLink where the next page is; null at the end
     */
    record Page(List<FolderJson> folders, @Nullable String nextLink) {}

    /** {@return the same folder, in the one that it was listed in} */
    FolderJson within(String parent) {
        return new FolderJson(id, name, parent, children, items, hidden, search);
    }

    /** Reads an answer that is one folder; one without an id is broken. */
    static FolderJson one(InputStream body) throws IOException {
        try (JsonParser json = GraphClient.JSON.createParser(body)) {
            json.nextToken();
            FolderJson folder = read(json);
            if (folder.id().isEmpty()) {
                throw new JsonParseException(json, "the answer is no folder");
            }
            return folder;
        }
    }

    /** Reads an answer that is one folder as a list of it. */
    static Page alone(InputStream body) throws IOException {
        return new Page(List.of(one(body)), null);
    }

    /** Reads an answer that is a collection; one without a list is broken. */
    static Page page(InputStream body) throws IOException {
        List<FolderJson> folders = new ArrayList<>();
        String next = JsonText.collection(body, element -> folders.add(read(element)));
        return new Page(folders, next);
    }

    private static FolderJson read(JsonParser json) throws IOException {
        Fields fields = new Fields();
        JsonText.object(json, fields::read);
        return new FolderJson(
                fields.id, fields.name, fields.parentId, fields.children, fields.items, fields.hidden, fields.search);
    }

    private static final class Fields {
        private String id = "";
        private String name = "";
        private String parentId = "";
        private @Nullable Long children;
        private @Nullable Long items;
        private boolean hidden;
        private boolean search;

        private void read(JsonParser json, String field) throws IOException {
            switch (field) {
                case "@odata.type" ->
                    search = JsonText.stringOrEmpty(json)
                            .toLowerCase(Locale.ROOT)
                            .endsWith("mailsearchfolder");
                case "id" -> id = JsonText.stringOrEmpty(json);
                case "displayName" -> name = JsonText.stringOrEmpty(json);
                case "parentFolderId" -> parentId = JsonText.stringOrEmpty(json);
                case "childFolderCount" -> children = JsonText.number(json);
                case "totalItemCount" -> items = JsonText.number(json);
                case "isHidden" -> hidden = JsonText.bool(json);
                default -> json.skipChildren();
            }
        }
    }
}
