package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * One mail account of one user at one provider. It names the account and holds no credential. Immutable and thread-safe.
 *
 * @param user whose account it is
 * @param provider the provider's id, {@code [a-z0-9-]{1,32}}, for instance {@code microsoft} or {@code google}
 * @param account the account as the provider knows it, 1 to 320 characters: an address, an id, or {@code me}
 */
public record AccountRef(UserId user, String provider, String account) {
    /** The account that the token itself belongs to: {@value}. */
    public static final String ME = "me";

    /** The longest account in characters: {@value}. */
    public static final int MAX_ACCOUNT_LENGTH = 320;

    private static final Pattern PROVIDER = Pattern.compile("[a-z0-9-]{1,32}");

    /** Checks form and length. */
    public AccountRef {
        requireNonNull(user, "user");
        requireNonNull(provider, "provider");
        requireNonNull(account, "account");
        if (!PROVIDER.matcher(provider).matches()) {
            throw new InvalidRequestException("provider", "must be 1 to 32 of a-z, 0-9 and -");
        }
        if (account.isBlank() || account.length() > MAX_ACCOUNT_LENGTH) {
            throw new InvalidRequestException(
                    "account", "must hold 1 to " + MAX_ACCOUNT_LENGTH + " characters, had " + account.length());
        }
    }

    /** {@return a text that hides the account and shows user key and provider} */
    @Override
    public String toString() {
        return "AccountRef[" + user.key() + ", " + provider + "]";
    }
}
