package dev.backfill.provider.microsoft;

import static java.util.Objects.requireNonNull;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.http.policy.RetryPolicy;
import com.azure.identity.AadCredentialBuilderBase;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.SourceException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of an app that reads mailboxes by itself, without a signed-in user: the app's own secret or certificate is
 * exchanged for them at Microsoft Entra ID. The app needs the application permission {@code Mail.Read}, which opens every mailbox
 * of the tenant unless RBAC for Applications narrows it, and accounts are users' ids or principal names, never {@code me}.
 *
 * <p>One object serves all accounts of a tenant. It stays with the host and reaches neither settings nor job rows; no method,
 * exception or log line of ours shows secret, certificate or token.
 *
 * <pre>{@code
 * AccessTokens app = MicrosoftAppTokens.builder(tenantId, clientId).clientSecret(secret).build();
 * Backfill.builder().accessTokens(account -> app)
 * }</pre>
 *
 * <p>A token is kept until five minutes before its end, and asked for by one thread at a time. A service that does not answer is a
 * {@link SourceException} of kind RETRY, a refused secret one of kind AUTH with Entra ID's code, for instance
 * {@code AADSTS7000215}. Thread-safe.
 */
public final class MicrosoftAppTokens implements AccessTokens {
    /** Where tokens come from in Azure's worldwide cloud: {@value}. */
    public static final String DEFAULT_AUTHORITY = "https://login.microsoftonline.com/";

    /** What the tokens are for in Azure's worldwide cloud: {@value}. */
    public static final String DEFAULT_SCOPE = "https://graph.microsoft.com/.default";

    /** How long one request for a token may take: 30 seconds. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    /** How long before its end a token is not handed out any more; a request may wait that long before it is sent. */
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private final Supplier<TokenCredential> credentials;
    private final TokenRequestContext request;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock
    private @Nullable AccessToken token;

    private MicrosoftAppTokens(Supplier<TokenCredential> credentials, String scope, InstantSource clock) {
        this.credentials = credentials;
        this.request = new TokenRequestContext().addScopes(scope);
        this.clock = clock;
    }

    /**
     * Starts a builder.
     *
     * @param tenantId the tenant's id or one of its domains
     * @param clientId the app's (client) id
     * @return a builder that still needs a secret or a certificate
     */
    public static Builder builder(String tenantId, String clientId) {
        return new Builder(tenantId, clientId);
    }

    @Override
    public String get() {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw AppTokenErrors.unanswered();
        }
        try {
            AccessToken present = token;
            if (present == null || !clock.instant().plus(MARGIN).isBefore(expiry(present))) {
                // A credential of its own each time: it keeps tokens too, and has no way to forget one that was
                // refused.
                present = credentials.get().getTokenSync(request);
                token = present;
            }
            return present.getToken();
        } catch (RuntimeException failed) {
            throw AppTokenErrors.sorted(failed);
        } finally {
            lock.unlock();
        }
    }

    private static Instant expiry(AccessToken token) {
        return token.getExpiresAt().toInstant();
    }

    /** Forgets a token that was refused; one that was given since stays. */
    @Override
    public void invalidate(String refused) {
        lock.lock();
        try {
            AccessToken present = token;
            if (present != null && present.getToken().equals(refused)) {
                token = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return a text without ids, secret and token} */
    @Override
    public String toString() {
        return "MicrosoftAppTokens";
    }

    /** Collects what an app proves itself with. Not thread-safe. */
    public static final class Builder {
        private final String tenantId;
        private final String clientId;
        private @Nullable Supplier<AadCredentialBuilderBase<?>> proof;
        private URI authority = URI.create(DEFAULT_AUTHORITY);
        private boolean known = true;
        private String scope = DEFAULT_SCOPE;
        private Duration timeout = DEFAULT_TIMEOUT;
        private InstantSource clock = InstantSource.system();
        private @Nullable HttpClient http;

        private Builder(String tenantId, String clientId) {
            this.tenantId = requireNonNull(tenantId, "tenantId");
            this.clientId = requireNonNull(clientId, "clientId");
        }

        /**
         * Lets the app prove itself with a secret.
         *
         * @param secret the secret's value, not its id
         * @return this builder
         */
        public Builder clientSecret(String secret) {
            requireNonNull(secret, "secret");
            if (secret.isBlank()) {
                throw new InvalidRequestException("microsoft.client-secret", "must not be blank");
            }
            proof = () -> new ClientSecretCredentialBuilder().clientSecret(secret);
            return this;
        }

        /**
         * Lets the app prove itself with a certificate.
         *
         * @param pem a file with the certificate and its private key, as PEM; read anew whenever a token was refused
         * @return this builder
         */
        public Builder clientCertificate(Path pem) {
            String file = readable(pem);
            proof = () -> new ClientCertificateCredentialBuilder().pemCertificate(file);
            return this;
        }

        /**
         * Lets the app prove itself with a certificate.
         *
         * @param pfx a file with the certificate and its private key, as PKCS 12; read anew whenever a token was refused
         * @param password the file's password
         * @return this builder
         */
        public Builder clientCertificate(Path pfx, String password) {
            String file = readable(pfx);
            requireNonNull(password, "password");
            proof = () -> new ClientCertificateCredentialBuilder()
                    .pfxCertificate(file)
                    .clientCertificatePassword(password);
            return this;
        }

        private static String readable(Path file) {
            if (!Files.isReadable(file)) {
                throw new InvalidRequestException(
                        "microsoft.client-certificate", "must be a file that can be read; there is none at its path");
            }
            return file.toString();
        }

        /**
         * Sets another cloud, or an authority of a host's own.
         *
         * @param authorityHost where tokens come from, an https address; default {@value MicrosoftAppTokens#DEFAULT_AUTHORITY}
         * @param tokenScope what they are for, default {@value MicrosoftAppTokens#DEFAULT_SCOPE}; it must fit the setting
         *     {@code base-url} of the source
         * @return this builder
         */
        public Builder cloud(URI authorityHost, String tokenScope) {
            if (!"https".equals(authorityHost.getScheme()) || authorityHost.getHost() == null) {
                throw new InvalidRequestException("microsoft.authority", "must be https, since a secret is sent there");
            }
            authority = authorityHost;
            scope = requireNonNull(tokenScope, "tokenScope");
            return this;
        }

        /**
         * Sets how long one request for a token may take.
         *
         * @param value 1 to 60 seconds, default 30
         * @return this builder
         */
        public Builder timeout(Duration value) {
            if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new InvalidRequestException("microsoft.token-timeout", "must be 1 to 60 seconds, was " + value);
            }
            timeout = value;
            return this;
        }

        /** For tests: an authority that nobody but the test knows, and a client that trusts it. */
        Builder unknownAuthority(URI authorityHost, HttpClient client) {
            http = requireNonNull(client, "client");
            known = false;
            return cloud(authorityHost, scope);
        }

        /** For tests: what time it is. */
        Builder clock(InstantSource value) {
            clock = requireNonNull(value, "clock");
            return this;
        }

        /**
         * Makes the tokens; asks for none yet.
         *
         * @return the tokens
         * @throws InvalidRequestException if there is neither secret nor certificate
         */
        public MicrosoftAppTokens build() {
            Supplier<AadCredentialBuilderBase<?>> given = proof;
            if (given == null) {
                throw new InvalidRequestException("microsoft.client-secret", "must be set, or a certificate");
            }
            HttpClient client = http == null
                    ? new JdkHttpClientBuilder()
                            .connectionTimeout(timeout)
                            .responseTimeout(timeout)
                            .build()
                    : http;
            return new MicrosoftAppTokens(() -> credential(given.get(), client), scope, clock);
        }

        private TokenCredential credential(AadCredentialBuilderBase<?> builder, HttpClient client) {
            builder.tenantId(tenantId)
                    .clientId(clientId)
                    .authorityHost(authority.toString())
                    .httpClient(client)
                    // The engine alone asks again.
                    .retryPolicy(new RetryPolicy(new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1)))));
            if (!known) {
                builder.disableInstanceDiscovery();
            }
            return builder instanceof ClientSecretCredentialBuilder secret
                    ? secret.build()
                    : ((ClientCertificateCredentialBuilder) builder).build();
        }
    }
}
