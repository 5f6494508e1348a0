package io.feiqian.iso20022;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A message of a version that is taken, and the version of the report that answers it.
 *
 * @param family such as {@code pain.001}
 * @param version the last two digits, such as 09
 */
record MessageName(String family, String version) {
    /** What every namespace begins with. */
    static final String NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:";

    static final String PAIN = "pain.001";
    static final String PACS = "pacs.008";

    private static final Map<String, Set<String>> TAKEN =
            Map.of(PAIN, Set.of("03", "09", "10", "11"), PACS, Set.of("02", "08", "09", "10"));

    /** The name that a namespace stands for; empty where none of this family is taken by it. */
    static Optional<MessageName> of(String family, String namespace) {
        String begin = NAMESPACE + family + ".001.";
        return Optional.of(namespace)
                .filter(text -> text.startsWith(begin))
                .map(text -> new MessageName(family, text.substring(begin.length())))
                .filter(name -> TAKEN.getOrDefault(family, Set.of()).contains(name.version()));
    }

    /** The element below {@code Document}. */
    String body() {
        return family.equals(PAIN) ? "CstmrCdtTrfInitn" : "FIToFICstmrCdtTrf";
    }

    /** The name of the report that answers it. */
    String report() {
        boolean old = version.equals("03") || version.equals("02");
        return family.equals(PAIN)
                ? (old ? "pain.002.001.03" : "pain.002.001.10")
                : (old ? "pacs.002.001.03" : "pacs.002.001.10");
    }

    @Override
    public String toString() {
        return family + ".001." + version;
    }
}
