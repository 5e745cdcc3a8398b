package dev.backfill.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A mailbox as it stands in a From, To, Cc, Bcc or Reply-To header. Immutable and thread-safe.
 *
 * @param name the display name, decoded; null where the header gives none
 * @param address the address as the provider gives it, not validated (old mail holds addresses no rule allows); never
 *     null, may be empty when only a name is known
 */
public record EmailAddress(@Nullable String name, String address) {
    /** Checks that the address is present. */
    public EmailAddress {
        requireNonNull(address, "address");
    }

    /**
     * Makes an address without a display name.
     *
     * @param address the address, never null
     * @return the address with a null name
     */
    public static EmailAddress of(String address) {
        return new EmailAddress(null, address);
    }

    /** {@return a text that hides the address, so that no log can show it} */
    @Override
    public String toString() {
        return "EmailAddress[hidden]";
    }
}
