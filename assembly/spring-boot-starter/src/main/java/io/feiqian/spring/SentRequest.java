package io.feiqian.spring;

import io.feiqian.governance.Call;
import io.feiqian.governance.Priority;
import io.feiqian.governance.TravellingLabel;
import io.feiqian.participant.ContextHeader;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpRequest;
import org.springframework.web.client.RestClient;

/** What policies see of a call that leaves over HTTP; read only where a policy asks. */
final class SentRequest implements Call {
    /** Where a {@code RestClient} keeps the text that its address was made of. */
    private static final String TEMPLATE = RestClient.class.getName() + ".uriTemplate";

    private static final String HEADER = "header:";

    private final HttpRequest request;
    private final HttpCallContext context;
    private final String service;
    private final String caller;

    SentRequest(HttpRequest request, HttpCallContext context, String service, String caller) {
        this.request = request;
        this.context = context;
        this.service = service;
        this.caller = caller;
    }

    @Override
    public String service() {
        return service;
    }

    /** The verb and the path, with the names of its variables where the caller wrote them so. */
    @Override
    public String method() {
        String path =
                request.getAttributes().get(TEMPLATE) instanceof String template
                        ? pathOf(template)
                        : request.getURI().getPath();
        return request.getMethod() + " " + (path == null || path.isEmpty() ? "/" : path);
    }

    private static String pathOf(String template) {
        int authority = template.indexOf("://");
        String rest = template;
        if (authority >= 0) {
            int slash = template.indexOf('/', authority + 3);
            rest = slash < 0 ? "/" : template.substring(slash);
        }
        int query = rest.indexOf('?');
        return query < 0 ? rest : rest.substring(0, query);
    }

    @Override
    public String caller() {
        return caller;
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

    /** A field of the query, or {@code header:NAME}. */
    @Override
    public String parameter(String name) {
        if (name.startsWith(HEADER)) {
            String value = request.getHeaders().getFirst(name.substring(HEADER.length()));
            return value == null ? "" : value;
        }
        return queried(request.getURI(), name);
    }

    private static String queried(URI uri, String name) {
        String query = uri.getRawQuery();
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
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** Branches of transactions go before the rest. */
    @Override
    public Priority priority() {
        return request.getHeaders().containsHeader(ContextHeader.NAME)
                        || request.getAttributes().containsKey(ContextSender.CONTEXT)
                ? Priority.HIGH
                : Priority.NORMAL;
    }

    @Override
    public long remainingNanos() {
        return context.isBounded() ? context.deadline().remaining().toNanos() : Long.MAX_VALUE;
    }
}
