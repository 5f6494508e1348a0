package io.feiqian.gateway;

import com.google.protobuf.DynamicMessage;
import io.feiqian.governance.Call;
import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Priority;
import io.feiqian.governance.Releases;
import io.feiqian.governance.Side;
import io.feiqian.governance.TravellingLabel;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.rpc.RequestFields;
import io.feiqian.runtime.Deadline;
import java.util.Locale;
import java.util.Map;

/**
 * Which label a request gets at the gateway, by the policies of side {@code gateway} (P6.2.2.2-a,
 * B6.4-a). What the caller itself claims counts only where a rule asks for that header.
 * Thread-safe.
 *
 * @param governance the policies of the edge
 * @param releases the releases that give customers their labels
 */
public record EdgeLabels(Governance governance, Releases releases) {
    private static final String HEADER = "header:";

    /** Without any policy: no request gets a label. */
    public static EdgeLabels none() {
        return new EdgeLabels(Governance.of(GovernanceSetup.at(Side.GATEWAY)), new Releases());
    }

    /**
     * The label, in the form in which it travels; empty for none. What the request's route says
     * goes before rules and releases.
     */
    String of(
            ApiMethod method,
            DynamicMessage request,
            HttpQuestion question,
            Deadline deadline,
            Api.Asking asking) {
        Call call = new Arrived(method, request, question, deadline, asking.caller());
        Map<String, String> labels = governance.labels(call);
        releases.label(call, labels);
        labels.putAll(asking.labels());
        return TravellingLabel.text(labels);
    }

    /** A request as policies see it; read only where one asks. */
    private record Arrived(
            ApiMethod api,
            DynamicMessage request,
            HttpQuestion question,
            Deadline deadline,
            Caller asking)
            implements Call {
        @Override
        public String service() {
            return String.valueOf(api.method().getServiceName());
        }

        @Override
        public String method() {
            return String.valueOf(api.method().getBareMethodName());
        }

        @Override
        public String caller() {
            return asking.name();
        }

        @Override
        public String tenant() {
            return "";
        }

        @Override
        public String cell() {
            return "";
        }

        @Override
        public String label(String name) {
            return name.equals("channel") ? asking.channel() : "";
        }

        @Override
        public String parameter(String name) {
            return name.startsWith(HEADER)
                    ? question.header(name.substring(HEADER.length()).toLowerCase(Locale.ROOT))
                            .orElse("")
                    : RequestFields.text(request, name);
        }

        @Override
        public Priority priority() {
            return api.changes() ? Priority.HIGH : Priority.NORMAL;
        }

        @Override
        public long remainingNanos() {
            return deadline.remaining().toNanos();
        }
    }
}
