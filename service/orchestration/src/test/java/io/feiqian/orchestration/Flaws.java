package io.feiqian.orchestration;

import java.util.List;
import org.assertj.core.api.Assertions;

/** What is wrong with a definition. */
final class Flaws {
    private Flaws() {}

    static List<Flaw> of(Runnable making) {
        try {
            making.run();
        } catch (DefinitionException refused) {
            return refused.flaws();
        }
        return Assertions.fail("refused (expected: flaws)");
    }
}
