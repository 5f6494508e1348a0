package io.feiqian.spring;

import io.feiqian.governance.Call;
import io.feiqian.governance.Priority;
import io.feiqian.governance.TravellingLabel;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.HttpEndpoint;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Map;
import org.springframework.web.servlet.HandlerMapping;

/** What policies see of a request that came over HTTP; read only where a policy asks. */
final class ServedRequest implements Call {
    private static final String HEADER = "header:";

    private final HttpServletRequest request;
    private final HttpCallContext context;
    private final String service;
    private final String path;

    ServedRequest(HttpServletRequest request, HttpCallContext context, String service) {
        this.request = request;
        this.context = context;
        this.service = service;
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        this.path = pattern == null ? request.getRequestURI() : pattern.toString();
    }

    @Override
    public String service() {
        return service;
    }

    /** The verb and the path, with the names of its variables. */
    @Override
    public String method() {
        return request.getMethod() + " " + path;
    }

    /**
     * Who was authenticated, else the service that signed a branch's context, else what the caller
     * says of itself.
     */
    @Override
    public String caller() {
        Principal user = request.getUserPrincipal();
        if (user != null && user.getName() != null) {
            return user.getName();
        }
        if (request.getAttribute(ReceivedContext.ATTRIBUTE) instanceof BranchContext branch) {
            return branch.initiator();
        }
        return header(CallHeaders.CALLER);
    }

    @Override
    public String tenant() {
        return context.tenant();
    }

    @Override
    public String cell() {
        return "";
    }

    @Override
    public String label(String name) {
        return TravellingLabel.value(context.grayLabel(), name);
    }

    /** A variable of the path, a field of the query, or {@code header:NAME}. */
    @Override
    public String parameter(String name) {
        if (name.startsWith(HEADER)) {
            return header(name.substring(HEADER.length()));
        }
        if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE)
                        instanceof Map<?, ?> variables
                && variables.get(name) instanceof String value) {
            return value;
        }
        return queried(name);
    }

    /** Of the query alone: the servlet's own parameters would read the body. */
    private String queried(String name) {
        String query = request.getQueryString();
        if (query == null) {
            return "";
        }
        for (String each : query.split("&", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0 && decoded(each.substring(0, equals)).equals(name)) {
                return decoded(each.substring(equals + 1));
            }
        }
        return "";
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    private String header(String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    /** What finishes transactions goes on under any load; their branches go before the rest. */
    @Override
    public Priority priority() {
        if (path.endsWith(HttpEndpoint.FINISH)
                || path.endsWith(HttpEndpoint.INQUIRE)
                || path.endsWith(HttpEndpoint.OPERATE)) {
            return Priority.CRITICAL;
        }
        return request.getAttribute(ReceivedContext.ATTRIBUTE) == null
                ? Priority.NORMAL
                : Priority.HIGH;
    }

    @Override
    public long remainingNanos() {
        return context.isBounded() ? context.deadline().remaining().toNanos() : Long.MAX_VALUE;
    }
}
