package dev.backfill.benchmarks.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The JDK's HTTP client with Jackson's parser on its stream. Thread-safe. */
final class PlainHttp {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int OK = 200;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Reads an answer that is an object. */
    interface Reader<T> {
        T read(JsonParser json) throws IOException;
    }

    /** Does something with the value of a field, and stays on its last token. */
    interface Field {
        void read(String name, JsonParser json) throws IOException;
    }

    <T> T get(String url, Reader<T> reader) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer token")
                .build();
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body();
                JsonParser json = JSON.createParser(body)) {
            if (response.statusCode() != OK) {
                throw new IOException("answered " + response.statusCode());
            }
            json.nextToken();
            return reader.read(json);
        }
    }

    /** Reads the object on which the parser stands. */
    static void object(JsonParser json, Field field) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            field.read(name, json);
        }
    }

    /** Reads the objects of the array on which the parser stands. */
    static void objects(JsonParser json, Field field) throws IOException {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            object(json, field);
        }
    }
}
