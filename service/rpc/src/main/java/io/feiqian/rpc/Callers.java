package io.feiqian.rpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.security.Principal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Who makes a call. */
final class Callers {
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)\\s*CN=([^,]+)");

    private Callers() {}

    /**
     * By its certificate where the connection has one: what it says of itself then counts for
     * nothing. Without certificates everybody is who they say they are.
     */
    static String of(ServerCall<?, ?> call, Metadata headers) {
        @Nullable SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            String said = headers.get(CallHeaders.CALLER);
            return said == null ? "" : said;
        }
        try {
            Principal peer = session.getPeerPrincipal();
            Matcher name = COMMON_NAME.matcher(peer.getName());
            return name.find() ? name.group(1) : "";
        } catch (SSLPeerUnverifiedException unknown) {
            return "";
        }
    }
}
