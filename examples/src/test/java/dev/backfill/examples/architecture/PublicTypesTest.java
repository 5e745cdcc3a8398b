package dev.backfill.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PublicTypesTest {
    @ParameterizedTest
    @MethodSource("dev.backfill.examples.architecture.BackfillModule#libraries")
    void everyPublicTypeSaysWhichThreadsMayCallIt(BackfillModule module) throws IOException {
        List<PublicTypes> types = PublicTypes.of(module.sources());
        assertThat(types).isNotEmpty();
        assertThat(types)
                .filteredOn(type -> !type.saysWhoMayCallIt())
                .extracting(PublicTypes::name)
                .isEmpty();
    }

    @Test
    void aTypeThatSaysNothingIsFound() {
        assertThat(PublicTypes.of("/** Immutable. */ class A {}\n/** What it is. */\npublic final class B {}"))
                .hasValueSatisfying(type -> assertThat(type.saysWhoMayCallIt()).isFalse());
        assertThat(PublicTypes.of("import x;\n@FunctionalInterface\npublic interface C {}"))
                .hasValueSatisfying(type -> assertThat(type.saysWhoMayCallIt()).isFalse());
        assertThat(PublicTypes.of("/** A record. Immutable. */\npublic record D() {}"))
                .hasValueSatisfying(type -> assertThat(type.saysWhoMayCallIt()).isTrue());
        assertThat(PublicTypes.of("/** No more. */\npublic class EException {}"))
                .isEmpty();
    }
}
