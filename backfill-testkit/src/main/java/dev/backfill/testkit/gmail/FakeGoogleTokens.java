package dev.backfill.testkit.gmail;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.backfill.testkit.http.AcceptedTokens;
import dev.backfill.testkit.http.FaultPlan;
import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import dev.backfill.testkit.http.LoopbackServer;
import dev.backfill.testkit.http.RequestJournal;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Google's token endpoint for tests, over HTTP on 127.0.0.1: gives access tokens for refresh tokens (RFC 6749) and for signed
 * assertions of service accounts (RFC 7523), each a new one, which the fake Gmail's {@link FakeGmail#tokens()} takes from then on as
 * the user's. A grant it does not know, or that was revoked, is refused as {@code invalid_grant}. Thread-safe.
 */
public final class FakeGoogleTokens implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String JSON_TYPE = "application/json; charset=UTF-8";
    private static final String BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private final AcceptedTokens taken;
    private final InstantSource clock;
    private final Map<String, Consent> consents = new ConcurrentHashMap<>();
    private final Map<String, PublicKey> accounts = new ConcurrentHashMap<>();
    private final Set<String> undelegated = ConcurrentHashMap.newKeySet();
    private final AtomicInteger given = new AtomicInteger();
    private final FaultPlan faults = new FaultPlan();
    private final RequestJournal journal = new RequestJournal();
    private final LoopbackServer server;
    private volatile Duration life = Duration.ofHours(1);

    /** A user's consent to an app. */
    private record Consent(String clientId, String clientSecret, String owner) {}

    private FakeGoogleTokens(AcceptedTokens taken, InstantSource clock) throws IOException {
        this.taken = taken;
        this.clock = clock;
        this.server = LoopbackServer.start(this::answer, journal, faults);
    }

    /**
     * Starts an endpoint.
     *
     * @param taken the book of the fake whose tokens these are
     * @param clock tells whether an assertion is of now
     * @return the running endpoint, which knows nobody yet
     * @throws IOException if no port can be had
     */
    public static FakeGoogleTokens start(AcceptedTokens taken, InstantSource clock) throws IOException {
        return new FakeGoogleTokens(requireNonNull(taken, "taken"), requireNonNull(clock, "clock"));
    }

    /** {@return where tokens are given} */
    public URI tokenUrl() {
        return URI.create(server.uri() + "/token");
    }

    /**
     * Lets a user agree to an app.
     *
     * @param clientId the app
     * @param clientSecret its secret
     * @param refreshToken what the consent gives
     * @param owner the user's mailbox
     */
    public void consent(String clientId, String clientSecret, String refreshToken, String owner) {
        consents.put(refreshToken, new Consent(clientId, clientSecret, owner));
    }

    /**
     * Takes a consent back.
     *
     * @param refreshToken what it gave
     */
    public void revoke(String refreshToken) {
        consents.remove(refreshToken);
    }

    /**
     * Makes a service account that may act for every user.
     *
     * @param email its address
     * @return the text of its key file
     */
    public String serviceAccount(String email) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2_048);
            KeyPair pair = generator.generateKeyPair();
            accounts.put(email, pair.getPublic());
            String key = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(pair.getPrivate().getEncoded());
            Map<String, String> file = new LinkedHashMap<>();
            file.put("type", "service_account");
            file.put("project_id", "test");
            file.put("private_key_id", "key-1");
            file.put("private_key", "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");
            file.put("client_email", email);
            file.put("client_id", "1");
            file.put("token_uri", tokenUrl().toString());
            return object(file);
        } catch (GeneralSecurityException | IOException never) {
            throw new IllegalStateException(never);
        }
    }

    /**
     * Takes from service accounts the right to act for a user; asking for it is {@code unauthorized_client}.
     *
     * @param user the user's address
     */
    public void forbidActingFor(String user) {
        undelegated.add(user);
    }

    /**
     * Sets how long tokens last, one hour by default. The fake Gmail goes on to take one after that.
     *
     * @param value the time
     */
    public void life(Duration value) {
        this.life = requireNonNull(value, "life");
    }

    /** {@return what goes wrong; rules may be added while the server runs} */
    public FaultPlan faults() {
        return faults;
    }

    /** {@return what was asked; never with a secret} */
    public RequestJournal journal() {
        return journal;
    }

    private HttpAnswer answer(HttpCall call) throws IOException {
        if (!call.method().equals("POST") || !call.path().equals("/token")) {
            return error(404, "not_found");
        }
        Map<String, String> form = form(new String(call.body(), StandardCharsets.UTF_8));
        String type = form.getOrDefault("grant_type", "");
        if (type.equals("refresh_token")) {
            return ofConsent(form);
        }
        return type.equals(BEARER)
                ? ofAssertion(form.getOrDefault("assertion", ""))
                : error(400, "unsupported_grant_type");
    }

    private HttpAnswer ofConsent(Map<String, String> form) throws IOException {
        Consent consent = consents.get(form.getOrDefault("refresh_token", ""));
        if (consent == null) {
            return error(400, "invalid_grant");
        }
        boolean app = consent.clientId().equals(form.get("client_id"))
                && consent.clientSecret().equals(form.get("client_secret"));
        return app ? token(consent.owner()) : error(401, "invalid_client");
    }

    private HttpAnswer ofAssertion(String assertion) throws IOException {
        String[] parts = assertion.split("\\.");
        if (parts.length != 3) {
            return error(400, "invalid_grant");
        }
        Map<String, String> claims = fields(decoded(parts[1]));
        PublicKey key = accounts.get(claims.getOrDefault("iss", ""));
        long now = clock.instant().getEpochSecond();
        boolean good = key != null
                && "RS256".equals(fields(decoded(parts[0])).get("alg"))
                && signed(key, parts[0] + "." + parts[1], parts[2])
                && tokenUrl().toString().equals(claims.get("aud"))
                && Math.abs(now - Long.parseLong(claims.getOrDefault("iat", "0"))) < 300
                && Long.parseLong(claims.getOrDefault("exp", "0")) - now <= 3_600
                && !claims.getOrDefault("scope", "").isEmpty();
        if (!good) {
            return error(400, "invalid_grant");
        }
        String user = claims.getOrDefault("sub", "");
        return undelegated.contains(user) ? error(401, "unauthorized_client") : token(user);
    }

    private static boolean signed(PublicKey key, String text, String signature) {
        try {
            Signature check = Signature.getInstance("SHA256withRSA");
            check.initVerify(key);
            check.update(text.getBytes(StandardCharsets.US_ASCII));
            return check.verify(Base64.getUrlDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            return false;
        }
    }

    private HttpAnswer token(String owner) throws IOException {
        String token = "given-" + given.incrementAndGet();
        taken.accept(token, owner);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("access_token", token);
            json.writeNumberField("expires_in", life.toSeconds());
            json.writeStringField("token_type", "Bearer");
            json.writeEndObject();
        }
        return HttpAnswer.text(200, JSON_TYPE, text.toString());
    }

    private static HttpAnswer error(int status, String code) throws IOException {
        return HttpAnswer.text(
                status,
                JSON_TYPE,
                object(Map.of("error", code, "error_description", "Token has been expired or revoked.")));
    }

    private static String object(Map<String, String> fields) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> field : fields.entrySet()) {
                json.writeStringField(field.getKey(), field.getValue());
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    private static Map<String, String> fields(byte[] json) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, parser.getText());
            }
        }
        return fields;
    }

    private static byte[] decoded(String part) {
        return Base64.getUrlDecoder().decode(part);
    }

    private static Map<String, String> form(String body) {
        Map<String, String> form = new HashMap<>();
        for (String pair : body.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                form.put(decoded(pair, 0, equals), decoded(pair, equals + 1, pair.length()));
            }
        }
        return form;
    }

    private static String decoded(String pair, int from, int to) {
        return URLDecoder.decode(pair.substring(from, to), StandardCharsets.UTF_8);
    }

    /** Stops the server at once. Does not throw; may be called twice. */
    @Override
    public void close() {
        server.close();
    }

    /** {@return a text without a secret} */
    @Override
    public String toString() {
        return "FakeGoogleTokens[" + consents.size() + " consents, " + accounts.size() + " accounts]";
    }
}
