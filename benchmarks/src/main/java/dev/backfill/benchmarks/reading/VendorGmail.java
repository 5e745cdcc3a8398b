package dev.backfill.benchmarks.reading;

import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.gmail.Gmail;
import com.google.api.services.gmail.model.ListMessagesResponse;
import com.google.api.services.gmail.model.Message;
import com.google.api.services.gmail.model.MessagePart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Gmail as Google's client reads it into its own models. */
public final class VendorGmail implements Reading {
    private static final long PAGE = 500;

    private final Gmail gmail;

    /**
     * Makes a reading.
     *
     * @param rootUrl where the API is, with a slash at its end
     */
    public VendorGmail(String rootUrl) {
        this.gmail = new Gmail.Builder(
                        new NetHttpTransport(),
                        GsonFactory.getDefaultInstance(),
                        request -> request.getHeaders().setAuthorization("Bearer token"))
                .setRootUrl(rootUrl)
                .setApplicationName("bench")
                .build();
    }

    @Override
    public Total read() throws IOException {
        Total total = Total.NONE;
        String token = null;
        do {
            ListMessagesResponse page = gmail.users()
                    .messages()
                    .list("box")
                    .setMaxResults(PAGE)
                    .setPageToken(token)
                    .execute();
            for (Message listed : page.getMessages()) {
                Message message = gmail.users()
                        .messages()
                        .get("box", listed.getId())
                        .setFormat("full")
                        .execute();
                int characters = 0;
                for (MessagePart part : message.getPayload().getParts()) {
                    characters += new String(part.getBody().decodeData(), StandardCharsets.UTF_8).length();
                }
                total = total.with(characters);
            }
            token = page.getNextPageToken();
        } while (token != null);
        return total;
    }
}
