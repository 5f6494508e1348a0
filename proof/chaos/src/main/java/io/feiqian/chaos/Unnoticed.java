package io.feiqian.chaos;

import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.List;

/** What clients were answered that nobody may be answered while a healthy instance could serve. */
final class Unnoticed {
    private Unnoticed() {}

    /** What somebody noticed, each a sentence. */
    static List<String> findings(ClientLedger.Counts counts) {
        List<String> findings = new ArrayList<>();
        if (counts.unknown() > 0) {
            findings.add(counts.unknown() + " requests were lost: their first answer was unknown");
        }
        counts.refusedByCode()
                .forEach((name, times) -> {
                    if (isOfTheSystem(OutcomeCode.valueOf(name))) {
                        findings.add("%d requests were turned away with %s".formatted(times, name));
                    }
                });
        return findings;
    }

    private static boolean isOfTheSystem(OutcomeCode code) {
        return switch (code.kind()) {
            case ROUTING, UNAVAILABLE, UNKNOWN, FAULT -> true;
            case ACCEPTED, INVALID, NOT_FOUND, BUSINESS, CONFLICT -> false;
        };
    }
}
