package dev.backfill.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each fact about a provider names a test that exists; a renamed test would leave its fact held by nothing. */
class ProviderFactsTest {
    private static final String NOT_BUILT = "unbuilt";
    private static final Pattern NAME = Pattern.compile("`(\\w*)(?:#(\\w+))?`");

    private record Row(String fact, String tests) {}

    @ParameterizedTest
    @CsvSource({
        "provider-facts-google.md, backfill-provider-gmail",
        "provider-facts-microsoft.md, backfill-provider-microsoft"
    })
    void everyTestThatAFactNamesExists(String document, String module) throws IOException {
        Path root = root();
        List<Row> rows = rows(Files.readString(root.resolve("docs").resolve(document)));
        assertThat(rows).hasSizeGreaterThan(30);
        List<Path> sources = new ArrayList<>();
        for (String tests : List.of(module, "backfill-testkit", "backfill-core", "examples")) {
            sources.addAll(javaFiles(root.resolve(tests).resolve("src/test/java")));
        }
        assertThat(problems(rows, sources)).isEmpty();
    }

    @Test
    void aNameThatDoesNotExistIsFound() throws IOException {
        List<Path> sources = javaFiles(root().resolve("examples/src/test/java"));
        String known = "ProviderFactsTest#aNameThatDoesNotExistIsFound";
        String table = """
                | Fact | Test |
                |---|---|
                | right | `%s`, `ProviderFactsTest` |
                | right | `%s`, `#everyTestThatAFactNamesExists` |
                | later | unbuilt |
                | no class | `NoSuchTest#any` |
                | no method | `ProviderFactsTest#gone` |
                | no method of the same class | `%s`, `#rows` |
                | no test | surely |
                """.formatted(known, known, known);
        assertThat(problems(rows(table), sources))
                .containsExactly(
                        "no class: NoSuchTest",
                        "no method: gone",
                        "no method of the same class: rows",
                        "no test: names none");
    }

    private static List<Row> rows(String document) {
        return document.lines()
                .filter(line -> line.startsWith("| ") && line.endsWith(" |"))
                .map(line -> line.substring(2, line.length() - 2))
                .filter(line -> !line.equals("Fact | Test"))
                .map(line -> {
                    int bar = line.lastIndexOf(" | ");
                    return new Row(line.substring(0, bar), line.substring(bar + 3));
                })
                .toList();
    }

    private static List<String> problems(List<Row> rows, List<Path> sources) throws IOException {
        List<String> problems = new ArrayList<>();
        for (Row row : rows) {
            if (row.tests().equals(NOT_BUILT)) {
                continue;
            }
            Matcher named = NAME.matcher(row.tests());
            String source = "";
            boolean any = false;
            while (named.find()) {
                any = true;
                String type = named.group(1);
                if (!type.isEmpty()) {
                    source = source(type, sources);
                }
                if (source.isEmpty()) {
                    problems.add(row.fact() + ": " + type);
                } else if (named.group(2) != null && !isTest(named.group(2), source)) {
                    problems.add(row.fact() + ": " + named.group(2));
                }
            }
            if (!any) {
                problems.add(row.fact() + ": names none");
            }
        }
        return problems;
    }

    private static String source(String type, List<Path> sources) throws IOException {
        for (Path source : sources) {
            if (source.endsWith(type + ".java")) {
                String text = Files.readString(source);
                return text.contains("Test\n") ? text : "";
            }
        }
        return "";
    }

    /** A method that JUnit runs: its annotations stand right before it, with arguments of their own or none. */
    private static boolean isTest(String method, String source) {
        return Pattern.compile("@(?:Parameterized|Repeated)?Test\\b(?:(?![;}]\\s*\\n\\s*\\n)[\\s\\S]){0,20000}?\\bvoid "
                        + method + "\\(")
                .matcher(source)
                .find();
    }

    private static List<Path> javaFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    /** The project's folder, from wherever the tests are started. */
    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("docs")) || !Files.isDirectory(here.resolve("examples"))) {
            here = here.getParent();
            assertThat(here).as("a folder with docs and examples").isNotNull();
        }
        return here;
    }
}
