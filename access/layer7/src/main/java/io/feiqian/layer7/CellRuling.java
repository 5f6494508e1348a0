package io.feiqian.layer7;

import io.feiqian.vocabulary.Outcome;
import java.time.Duration;
import java.util.Map;

/** What is done with a request by its cell. */
public sealed interface CellRuling {
    /**
     * It goes to a backend of this cell.
     *
     * @param cell as backends name theirs
     * @param headers headers that it gets, by name in lower case, such as an identifier
     */
    record To(String cell, Map<String, String> headers) implements CellRuling {
        /** Without further headers. */
        public To(String cell) {
            this(cell, Map.of());
        }
    }

    /** Any backend takes it. */
    record Anywhere() implements CellRuling {}

    /**
     * The cell is being switched: ask again a little later, as long as the route has patience.
     *
     * @param after when
     * @param otherwise what is answered when the patience is over
     */
    record Later(Duration after, Outcome.Refused otherwise) implements CellRuling {}

    /**
     * It is refused.
     *
     * @param refusal what the client is told
     * @param retryAfter when to come again; zero where that is not known
     */
    record Refuse(Outcome.Refused refusal, Duration retryAfter) implements CellRuling {}
}
