package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import java.util.List;

/** The invented correspondents of a generated mailbox; their domains are reserved for examples (RFC 2606). */
final class People {
    private static final List<String> NAMES = List.of(
            "Ada Lind",
            "Bo Chen",
            "Carla Diaz",
            "Dmitri Orlov",
            "Emma Stone-Field",
            "Farid Nasser",
            "Greta Jørgensen",
            "Hélène Dupré",
            "Ivan Petrov",
            "Jörg Müller",
            "Kaori Tanaka",
            "Lu Wei",
            "Müşerref Öztürk",
            "Noa Levi",
            "O'Brien, Pat",
            "Quentin \"Q\" Marsh",
            "Rosa Núñez",
            "Sven Åkesson",
            "Tomáš Dvořák",
            "山田 太郎");

    private static final List<String> DOMAINS =
            List.of("example.org", "example.net", "mail.example.com", "sub.example.edu");

    private People() {}

    static EmailAddress person(Dice dice) {
        return person(dice.below(400));
    }

    /** The same number is always the same person. */
    static EmailAddress person(int number) {
        String name = number % 7 == 6 ? null : NAMES.get(number % NAMES.size());
        return new EmailAddress(name, "person" + number + "@" + DOMAINS.get(number % DOMAINS.size()));
    }
}
