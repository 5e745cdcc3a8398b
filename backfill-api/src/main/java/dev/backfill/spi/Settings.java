package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.InvalidRequestException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A host's settings for one plug-in: names and texts, and below them the environment variables the plug-in documents.
 * Immutable and thread-safe. Every accessor throws {@link InvalidRequestException}, with name, value and range, for a value
 * it cannot use. Values are not shown by {@link #toString()}.
 */
public final class Settings {
    private final String owner;
    private final Map<String, String> values;
    private final Function<String, @Nullable String> environment;

    /**
     * Makes settings.
     *
     * @param owner the plug-in's id, for error messages
     * @param values the settings by name, for instance {@code base-url}
     * @param environment looks up an environment variable; null for one that is not set
     */
    public Settings(String owner, Map<String, String> values, Function<String, @Nullable String> environment) {
        this.owner = requireNonNull(owner, "owner");
        this.values = Map.copyOf(values);
        this.environment = requireNonNull(environment, "environment");
    }

    /**
     * Makes settings without an environment.
     *
     * @param owner the plug-in's id, for error messages
     * @param values the settings by name
     * @return the settings
     */
    public static Settings of(String owner, Map<String, String> values) {
        return new Settings(owner, values, name -> null);
    }

    /**
     * Refuses names that the plug-in does not know.
     *
     * @param known every name the plug-in reads
     * @throws InvalidRequestException if another name is set; it lists the known ones
     */
    public void requireKnown(Set<String> known) {
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new InvalidRequestException(
                    owner + "." + unknown.iterator().next(), "is not a setting; known are " + new TreeSet<>(known));
        }
    }

    /**
     * Gives a text.
     *
     * @param name the setting's name
     * @return the text, or null when it is not set or blank
     */
    public @Nullable String text(String name) {
        String value = values.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /**
     * Gives a text.
     *
     * @param name the setting's name
     * @param defaultValue what holds when it is not set
     * @return the text
     */
    public String text(String name, String defaultValue) {
        String value = text(name);
        return value == null ? defaultValue : value;
    }

    /**
     * Gives an environment variable, for plug-ins whose settings have names the environment knows.
     *
     * @param variable the variable's name
     * @return its value, or null when it is not set or blank
     */
    public @Nullable String environment(String variable) {
        String value = environment.apply(variable);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /**
     * Gives a whole number.
     *
     * @param name the setting's name
     * @param defaultValue what holds when it is not set
     * @param min the least value allowed
     * @param max the greatest value allowed
     * @return the number
     */
    public long number(String name, long defaultValue, long min, long max) {
        String value = text(name);
        if (value == null) {
            return defaultValue;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw invalid(name, "must be a whole number, " + min + " to " + max + ", was " + value);
        }
        throw invalid(name, "must be " + min + " to " + max + ", was " + value);
    }

    /**
     * Gives a truth value.
     *
     * @param name the setting's name
     * @param defaultValue what holds when it is not set
     * @return true or false
     */
    public boolean flag(String name, boolean defaultValue) {
        String value = text(name);
        if (value == null) {
            return defaultValue;
        }
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(name, "must be true or false, was " + value);
        };
    }

    /**
     * Gives one of a few words.
     *
     * @param name the setting's name
     * @param defaultValue what holds when it is not set
     * @param allowed the words allowed
     * @return the word
     */
    public String choice(String name, String defaultValue, Set<String> allowed) {
        String value = text(name, defaultValue);
        if (!allowed.contains(value)) {
            throw invalid(name, "must be one of " + new TreeSet<>(allowed) + ", was " + value);
        }
        return value;
    }

    /**
     * Gives an http or https address.
     *
     * @param name the setting's name
     * @param defaultValue what holds when it is not set
     * @return an absolute address with a host
     */
    public URI url(String name, String defaultValue) {
        String value = text(name, defaultValue);
        try {
            URI uri = new URI(value);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException notAnAddress) {
            throw invalid(name, "must be an http or https address, was " + value);
        }
        throw invalid(name, "must be an http or https address, was " + value);
    }

    /**
     * Makes the error for a setting that a plug-in cannot use.
     *
     * @param name the setting's name
     * @param problem the range and the value, without secrets
     * @return the exception, to be thrown by the caller
     */
    public InvalidRequestException invalid(String name, String problem) {
        return new InvalidRequestException(owner + "." + name, problem);
    }

    /** {@return the names that are set, without their values} */
    @Override
    public String toString() {
        return "Settings[" + owner + ", " + new TreeMap<>(values).keySet() + "]";
    }
}
