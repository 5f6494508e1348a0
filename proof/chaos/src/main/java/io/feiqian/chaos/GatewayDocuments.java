package io.feiqian.chaos;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** The documents by which the gateway of a run goes. */
final class GatewayDocuments {
    static final String NAME = "gateway";

    /** How often what may be sent twice is tried again. */
    static final int RETRIES = 2;

    static final int MOST_PER_CLIENT = 64;
    static final int PER_SECOND_PER_CLIENT = 100;

    private final GatewayPorts ports;
    private final List<WayInBackend> backends;
    private final String accessLog;

    GatewayDocuments(GatewayPorts ports, List<WayInBackend> backends, String accessLog) {
        this.ports = ports;
        this.backends = List.copyOf(backends);
        this.accessLog = accessLog;
    }

    /** The document that answers this number at /version. */
    String text(int version) {
        return of(version, "");
    }

    /** A document whose certificate is not there, which is seen only when it is taken. */
    String unusable(int version) {
        return of(
                version,
                """
                  - name: broken
                    addresses: ["127.0.0.1:0"]
                    tls:
                      certificates:
                        - {certificate: not-there.pem, key: not-there.key}
                """);
    }

    private String of(int version, String further) {
        return """
        listeners:
          - name: web
            addresses: ["127.0.0.1:%d"]
            connections: {most: 2000, mostPerClient: %d, perSecondPerClient: %d}
            timeouts: {head: 3s, body: 3s, request: 6s, idle: 30s}
          - name: lines
            protocol: TCP
            addresses: ["127.0.0.1:%d"]
            pool: lines
          - name: datagrams
            protocol: UDP
            addresses: ["127.0.0.1:%d"]
            pool: datagrams
        %sroutes:
          - name: version
            path: =/version
            answer: {body: "%d"}
          - name: everything
            pool: web
            timeout: 10s
            retries: %d
        pools:
          - name: web
            health: {kind: HTTP, path: %s, every: 500ms, timeout: 500ms, rise: 2, fall: 2}
            slowStart: 2s
            timeouts: {connect: 500ms, answer: 1500ms, pause: 2s, idle: 5s}
            backends:
        %s  - name: lines
            health: {kind: TCP, every: 500ms, timeout: 500ms, rise: 2, fall: 2}
            timeouts: {connect: 500ms, idle: 5s}
            backends:
        %s  - name: datagrams
            sticky: {by: CLIENT_IP}
            backends:
        %sbounds: {connections: 5000, requests: 2000}
        accessLog: {file: "%s"}
        """
                .formatted(
                        ports.http(),
                        MOST_PER_CLIENT,
                        PER_SECOND_PER_CLIENT,
                        ports.tcp(),
                        ports.udp(),
                        further,
                        version,
                        RETRIES,
                        WayInBackend.PING,
                        list(WayInBackend::port),
                        list(WayInBackend::echoPort),
                        list(WayInBackend::datagramPort),
                        accessLog);
    }

    private String list(ToIntFunction<WayInBackend> port) {
        return backends.stream()
                .map(each ->
                        "      - {address: \"127.0.0.1:%d\", id: %s}\n"
                                .formatted(port.applyAsInt(each), each.name()))
                .collect(Collectors.joining());
    }
}
