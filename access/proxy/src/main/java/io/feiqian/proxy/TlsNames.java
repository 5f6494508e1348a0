package io.feiqian.proxy;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which of several things is meant by the server name of a hello: the one of that name, else the
 * one whose wildcard covers it ({@code *.example.com} covers {@code a.example.com}, neither {@code
 * example.com} nor {@code a.b.example.com}), else the first. Immutable.
 */
final class TlsNames<T> {
    private static final int DNS = 2;

    private final T first;
    private final Map<String, T> byName = new HashMap<>();

    TlsNames(List<T> all, Map<T, List<String>> names) {
        first = all.getFirst();
        for (T each : all) {
            for (String name : names.getOrDefault(each, List.of())) {
                byName.putIfAbsent(name.toLowerCase(Locale.ROOT), each);
            }
        }
    }

    /**
     * What this name means.
     *
     * @param name empty for a hello without one
     */
    T of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        T exact = byName.get(lower);
        if (exact != null) {
            return exact;
        }
        int dot = lower.indexOf('.');
        T covering = dot < 1 ? null : byName.get("*" + lower.substring(dot));
        return covering == null ? first : covering;
    }

    /** The host names that a certificate is for, wildcards among them. */
    static List<String> of(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream()
                        .filter(each -> each.getFirst().equals(DNS))
                        .map(each -> each.get(1).toString())
                        .toList();
    }
}
