package io.feiqian.telemetry;

import java.net.URI;
import java.util.Optional;

/** Where a whole OTLP receiver takes what is no span: beside the spans. */
final class OtlpReceiver {
    private static final String TRACES = "/v1/traces";

    private OtlpReceiver() {}

    /**
     * The address with this path in place of that for spans; empty where the address is not that of
     * a whole receiver.
     */
    static Optional<String> beside(URI traces, String path) {
        String address = traces.toString();
        return address.endsWith(TRACES)
                ? Optional.of(address.substring(0, address.length() - TRACES.length()) + path)
                : Optional.empty();
    }
}
