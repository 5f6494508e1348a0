package io.feiqian.console;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.cli.Fleet;
import io.feiqian.cli.SlotMap;
import io.feiqian.cli.SlotSpan;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The border of a tenant that has not all cells, around every call to a cell, so that no page can
 * forget it. A tenant's own cells speak of others where a transaction has parts there: these parts
 * are left out, as are names of other cells and numbers of accounts that lie in slots of others. A
 * question about another cell is refused as one about a cell that does not exist. What is not known
 * to be the tenant's is not the tenant's.
 */
final class Border implements ClientInterceptor {
    /** What stands where something was left out. */
    static final String LEFT_OUT = "…";

    /** Fields that say of which cell a part of an answer is. */
    private static final Set<String> WHOSE = Set.of("cell", "peer", "owner");

    /** What a call met on its way may name the machines of others. */
    private static final Set<String> FAULTS = Set.of("feiqian.bank.DeliveryRecord.last_error");

    private static final Pattern TOLD =
            Pattern.compile("(?<cell>cell-[0-9]+)(?:-[0-9]+)?|(?<![0-9])[0-9]{16}(?![0-9])");

    private final Tenant tenant;
    private final List<OwnedRange> slots;
    private final Runnable leftOut;

    /**
     * A border.
     *
     * @param slots what the tenant's cells own, besides the slots that are pinned to them
     * @param leftOut is run where something is left out
     */
    Border(Tenant tenant, List<OwnedRange> slots, Runnable leftOut) {
        this.tenant = tenant;
        this.slots = List.copyOf(slots);
        this.leftOut = leftOut;
    }

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
            MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<R> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            @SuppressWarnings("unchecked") // The same type comes back.
                            public void onMessage(R message) {
                                super.onMessage((R) within((Message) message));
                            }
                        },
                        headers);
            }

            @Override
            public void sendMessage(Q message) {
                requireOwn((Message) message);
                super.sendMessage(message);
            }
        };
    }

    /** The same without what is of other cells. */
    <M extends Message> M within(M answer) {
        Message.Builder builder = answer.toBuilder();
        answer.getAllFields()
                .forEach((field, value) -> {
                    builder.clearField(field);
                    if (field.isRepeated()) {
                        for (Object each : (List<?>) value) {
                            element(field, each)
                                    .ifPresent(it -> builder.addRepeatedField(field, it));
                        }
                    } else {
                        single(field, value).ifPresent(it -> builder.setField(field, it));
                    }
                });
        @SuppressWarnings("unchecked") // Built from one of this type.
        M own = (M) builder.build();
        return own;
    }

    /** The same without what the registry says of other cells. */
    Fleet within(Fleet fleet) {
        List<SlotSpan> spans = new ArrayList<>();
        for (SlotSpan each : fleet.slots().spans()) {
            SlotSpan own =
                    new SlotSpan(
                            each.first(),
                            each.last(),
                            own(each.routed()),
                            own(each.owned()),
                            each.verdict());
            if (!own.routed().isEmpty() || !own.owned().isEmpty()) {
                spans.add(own);
            }
        }
        Optional<RegistryView> registry = fleet.registry().map(this::within);
        return new Fleet(
                fleet.cells().stream().filter(tenant::has).toList(),
                fleet.instances().stream().filter(each -> tenant.has(each.cell())).toList(),
                new SlotMap(spans),
                registry,
                fleet.supervisor());
    }

    private List<SlotSpan.Claim> own(List<SlotSpan.Claim> claims) {
        return claims.stream().filter(each -> keeps(tenant.has(each.cell()))).toList();
    }

    private void requireOwn(Message question) {
        question.getAllFields()
                .forEach((field, value) -> {
                    if (WHOSE.contains(field.getName()) && value instanceof String cell) {
                        if (!tenant.has(cell)) {
                            throw new RefusedException(
                                    OutcomeCode.NO_ROUTE,
                                    "cell: unknown (expected: one of this system)");
                        }
                    }
                });
    }

    private Optional<Object> single(FieldDescriptor field, Object value) {
        return switch (value) {
            case Message part -> isOwn(part) ? Optional.of(within(part)) : Optional.empty();
            case String text -> Optional.of(within(field, text));
            default -> Optional.of(value);
        };
    }

    /** Of a list of texts, one that says something of others is left out as a whole. */
    private Optional<Object> element(FieldDescriptor field, Object value) {
        return value instanceof String text && !within(field, text).equals(text)
                ? Optional.empty()
                : single(field, value);
    }

    private boolean isOwn(Message part) {
        return part.getDescriptorForType().getFields().stream()
                .filter(each -> WHOSE.contains(each.getName()))
                .filter(each -> each.getJavaType() == FieldDescriptor.JavaType.STRING)
                .allMatch(each -> keeps(tenant.has((String) part.getField(each))));
    }

    private String within(FieldDescriptor field, String text) {
        if (FAULTS.contains(field.getFullName())) {
            return keeps(text.isEmpty()) ? text : LEFT_OUT;
        }
        return TOLD.matcher(text).replaceAll(it -> keeps(isOwn(it)) ? it.group() : LEFT_OUT);
    }

    private boolean isOwn(MatchResult told) {
        String cell = told.group("cell");
        if (cell != null) {
            return tenant.has(cell);
        }
        try {
            return owns(AccountNumber.parse(told.group()).slot());
        } catch (RefusedException noAccount) {
            return true;
        }
    }

    private boolean owns(Slot slot) {
        return slot.isPinned()
                ? tenant.cells().stream().anyMatch(each -> isPinnedTo(slot, each))
                : slots.stream()
                        .anyMatch(each ->
                                each.getFirst() <= slot.number()
                                        && slot.number() <= each.getLast());
    }

    private static boolean isPinnedTo(Slot slot, String cell) {
        return Slot.pinnedTo(CellId.parse(cell)).equals(slot);
    }

    private boolean keeps(boolean own) {
        if (!own) {
            leftOut.run();
        }
        return own;
    }
}
