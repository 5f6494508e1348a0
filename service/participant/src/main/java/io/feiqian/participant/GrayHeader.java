package io.feiqian.participant;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The header by which the label of a gray release goes with a call over any protocol: a word, or up
 * to eight of them by name, as {@code version=b,release=2}. It says which instances are to serve
 * the call where there are any, and nothing that has to be trusted, so it is not signed. Whoever is
 * called hands it on with its own calls. Row: P6.2.2.2-a.
 */
public final class GrayHeader {
    /** The header's name in HTTP, Dubbo and messages; the key of gRPC metadata. */
    public static final String NAME = "feiqian-gray";

    private static final String WORD = "[A-Za-z0-9._-]{1,64}";
    private static final Pattern FORM = Pattern.compile("W|W=W(,W=W){0,7}".replace("W", WORD));

    private GrayHeader() {}

    /** The label of a call that carries this value; empty where it is of another form. */
    public static Optional<String> read(String value) {
        return FORM.matcher(value).matches() ? Optional.of(value) : Optional.empty();
    }
}
