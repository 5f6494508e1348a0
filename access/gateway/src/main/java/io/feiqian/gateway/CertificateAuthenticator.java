package io.feiqian.gateway;

import io.feiqian.proxy.AuthenticatorConfig.CertificateProof;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.runtime.Clock;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Knows callers by the certificate of their connection, which the listener has checked against its
 * authorities: by subject or by an alternative name (DNS, URI, e-mail), and no others. Thread-safe.
 */
final class CertificateAuthenticator implements Authenticator {
    /** The kinds of alternative names that are texts: e-mail, DNS, URI. */
    private static final Set<Integer> TEXTS = Set.of(1, 2, 6);

    private final Map<X500Principal, String> subjects = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, String> channels;
    private final Clock clock;

    CertificateAuthenticator(CertificateProof config, Clock clock) {
        this.channels = config.channels();
        this.clock = clock;
        config.callers()
                .forEach((shown, caller) -> {
                    X500Principal subject = subject(shown);
                    if (subject == null) {
                        names.put(shown, caller);
                    } else {
                        subjects.put(subject, caller);
                    }
                });
    }

    @Override
    public Shown look(HttpQuestion question, Client client) {
        if (client.certificate().isEmpty()) {
            return NOTHING;
        }
        X509Certificate certificate = client.certificate().get();
        try {
            // A connection may live longer than the certificate it was made with.
            certificate.checkValidity(Date.from(clock.now()));
        } catch (CertificateException over) {
            return Authenticator.wrong("certificate: not valid now (expected: a valid one)");
        }
        Set<String> callers = new HashSet<>();
        String bySubject = subjects.get(certificate.getSubjectX500Principal());
        if (bySubject != null) {
            callers.add(bySubject);
        } else {
            byNames(certificate, callers);
        }
        if (callers.size() != 1) {
            return Authenticator.wrong(
                    "certificate: of %s (expected: of one of those that may ask here)"
                            .formatted(callers.isEmpty() ? "nobody known" : "several callers"));
        }
        String caller = callers.iterator().next();
        return new Shown.Known(new Caller(caller, channels.getOrDefault(caller, ""), Set.of()));
    }

    private void byNames(X509Certificate certificate, Set<String> callers) {
        try {
            var shown = certificate.getSubjectAlternativeNames();
            if (shown == null) {
                return;
            }
            for (List<?> each : shown) {
                if (TEXTS.contains(each.get(0))) {
                    String caller = names.get(String.valueOf(each.get(1)));
                    if (caller != null) {
                        callers.add(caller);
                    }
                }
            }
        } catch (CertificateParsingException malformed) {
            // Such a certificate has no alternative names that could be believed.
            callers.clear();
        }
    }

    @Override
    public String expected() {
        return "a client certificate";
    }

    @Override
    public String scheme() {
        return "Certificate";
    }

    private static @Nullable X500Principal subject(String text) {
        if (!text.contains("=") || text.contains("://")) {
            return null;
        }
        try {
            return new X500Principal(text);
        } catch (IllegalArgumentException notOne) {
            return null;
        }
    }
}
