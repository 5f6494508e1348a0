package io.feiqian.bank;

import io.feiqian.bank.contract.CompareConfigurationsRequest;
import io.feiqian.bank.contract.CompareConfigurationsResponse;
import io.feiqian.bank.contract.ConfigurationAdminGrpc;
import io.feiqian.bank.contract.ConfigurationDifference;
import io.feiqian.bank.contract.ConfigurationInstance;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.ConfigurationRollout;
import io.feiqian.bank.contract.ConfigurationRolloutResponse;
import io.feiqian.bank.contract.ConfigurationVersion;
import io.feiqian.bank.contract.ListConfigurationHistoryRequest;
import io.feiqian.bank.contract.ListConfigurationHistoryResponse;
import io.feiqian.bank.contract.ListConfigurationsRequest;
import io.feiqian.bank.contract.ListConfigurationsResponse;
import io.feiqian.bank.contract.PublishConfigurationRequest;
import io.feiqian.bank.contract.RollBackConfigurationRequest;
import io.feiqian.bank.contract.SetConfigurationRequest;
import io.feiqian.bank.contract.SetConfigurationResponse;
import io.feiqian.bank.contract.ShowConfigurationRequest;
import io.feiqian.bank.contract.ShowConfigurationResponse;
import io.feiqian.bank.contract.WithdrawConfigurationRequest;
import io.feiqian.configuration.ConfigurationCentre;
import io.feiqian.configuration.DocumentState;
import io.feiqian.configuration.DocumentVersion;
import io.feiqian.configuration.Rollout;
import io.feiqian.configuration.Standing;
import io.feiqian.configuration.Target;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.security.ChangeOrder;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Documents of configuration as operators see and change them. Handlers block. Thread-safe. */
final class ConfigurationDesk extends ConfigurationAdminGrpc.ConfigurationAdminImplBase {
    private final ConfigurationCentre centre;
    private final Replies replies;

    ConfigurationDesk(ConfigurationCentre centre, Replies replies) {
        this.centre = centre;
        this.replies = replies;
    }

    @Override
    public void listConfigurations(
            ListConfigurationsRequest request,
            StreamObserver<ListConfigurationsResponse> observer) {
        answer(
                observer,
                () -> {
                    List<DocumentState> found =
                            request.getName().isEmpty()
                                    ? centre.list()
                                    : List.of(centre.show(request.getName()));
                    return ListConfigurationsResponse.newBuilder()
                            .setOutcome(Replies.accepted())
                            .addAllDocuments(
                                    found.stream().map(ConfigurationDesk::document).toList())
                            .build();
                },
                it -> ListConfigurationsResponse.newBuilder().setOutcome(it).build());
    }

    @Override
    public void showConfiguration(
            ShowConfigurationRequest request, StreamObserver<ShowConfigurationResponse> observer) {
        answer(
                observer,
                () -> {
                    DocumentState state = centre.show(request.getName());
                    ShowConfigurationResponse.Builder shown =
                            ShowConfigurationResponse.newBuilder()
                                    .setOutcome(Replies.accepted())
                                    .setDocument(document(state))
                                    .setSchema(centre.schema(request.getName()));
                    if (state.newest().isPresent() || request.getVersion() > 0) {
                        shown.setVersion(
                                version(
                                        centre.version(request.getName(), request.getVersion()),
                                        true));
                    }
                    return shown.build();
                },
                it -> ShowConfigurationResponse.newBuilder().setOutcome(it).build());
    }

    @Override
    public void listConfigurationHistory(
            ListConfigurationHistoryRequest request,
            StreamObserver<ListConfigurationHistoryResponse> observer) {
        answer(
                observer,
                () ->
                        ListConfigurationHistoryResponse.newBuilder()
                                .setOutcome(Replies.accepted())
                                .addAllVersions(
                                        centre.versions(request.getName()).stream()
                                                .map(each -> version(each, false))
                                                .toList())
                                .addAllRollouts(
                                        centre.rollouts(request.getName()).stream()
                                                .map(ConfigurationDesk::rollout)
                                                .toList())
                                .build(),
                it -> ListConfigurationHistoryResponse.newBuilder().setOutcome(it).build());
    }

    @Override
    public void compareConfigurations(
            CompareConfigurationsRequest request,
            StreamObserver<CompareConfigurationsResponse> observer) {
        answer(
                observer,
                () ->
                        CompareConfigurationsResponse.newBuilder()
                                .setOutcome(Replies.accepted())
                                .addAllDifferences(
                                        centre
                                                .difference(
                                                        request.getName(),
                                                        request.getFromVersion(),
                                                        request.getToVersion())
                                                .stream()
                                                .map(each ->
                                                        ConfigurationDifference.newBuilder()
                                                                .setKey(each.key())
                                                                .setBefore(each.before().orElse(""))
                                                                .setAfter(each.after().orElse(""))
                                                                .build())
                                                .toList())
                                .build(),
                it -> CompareConfigurationsResponse.newBuilder().setOutcome(it).build());
    }

    @Override
    public void setConfiguration(
            SetConfigurationRequest request, StreamObserver<SetConfigurationResponse> observer) {
        answer(
                observer,
                () ->
                        SetConfigurationResponse.newBuilder()
                                .setOutcome(Replies.accepted())
                                .setVersion(
                                        version(
                                                centre.set(
                                                        request.getName(),
                                                        request.getBaseVersion(),
                                                        request.getContent(),
                                                        order()),
                                                false))
                                .build(),
                it -> SetConfigurationResponse.newBuilder().setOutcome(it).build());
    }

    @Override
    public void publishConfiguration(
            PublishConfigurationRequest request,
            StreamObserver<ConfigurationRolloutResponse> observer) {
        roll(
                observer,
                () ->
                        centre.publish(
                                request.getName(),
                                request.getVersion(),
                                target(request.getTarget()),
                                request.getRevision(),
                                order()));
    }

    @Override
    public void withdrawConfiguration(
            WithdrawConfigurationRequest request,
            StreamObserver<ConfigurationRolloutResponse> observer) {
        roll(observer, () -> centre.withdraw(request.getName(), request.getRevision(), order()));
    }

    @Override
    public void rollBackConfiguration(
            RollBackConfigurationRequest request,
            StreamObserver<ConfigurationRolloutResponse> observer) {
        roll(
                observer,
                () ->
                        centre.rollBack(
                                request.getName(),
                                request.getToVersion(),
                                request.getRevision(),
                                order()));
    }

    private void roll(
            StreamObserver<ConfigurationRolloutResponse> observer,
            Supplier<ConfigurationCentre.Done> change) {
        answer(
                observer,
                () -> {
                    ConfigurationCentre.Done done = change.get();
                    return ConfigurationRolloutResponse.newBuilder()
                            .setOutcome(Replies.accepted())
                            .setRollout(rollout(done.rollout()))
                            .setDistributed(done.distributed())
                            .build();
                },
                it -> ConfigurationRolloutResponse.newBuilder().setOutcome(it).build());
    }

    private <R> void answer(
            StreamObserver<R> observer, Supplier<R> work, Function<Outcome, R> refused) {
        R response;
        try {
            response = work.get();
        } catch (RuntimeException fault) {
            response = refused.apply(replies.of(fault));
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    private static ChangeOrder order() {
        Caller caller = Caller.of(CurrentCall.context());
        return ChangeOrder.of(caller.operator(), caller.reason());
    }

    private static Target target(String text) {
        try {
            return Target.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, String.valueOf(wrong.getMessage()));
        }
    }

    private static ConfigurationRecord document(DocumentState state) {
        ConfigurationRecord.Builder document =
                ConfigurationRecord.newBuilder()
                        .setName(state.document())
                        .setNewestVersion(state.newest().map(DocumentVersion::version).orElse(0L))
                        .setRegistryAnswers(state.registryAnswers());
        state.rollout().ifPresent(each -> document.setRollout(rollout(each)));
        for (DocumentState.InstanceState each : state.instances()) {
            Standing standing = each.standing();
            document.addInstances(
                    ConfigurationInstance.newBuilder()
                            .setInstance(each.instance())
                            .putAllLabels(each.labels())
                            .setMeantVersion(each.meant())
                            .setVersion(standing.version())
                            .setRevision(standing.revision())
                            .setRefusedBecause(
                                    standing.refused().map(Standing.Refusal::why).orElse(""))
                            .setRefusedVersion(
                                    standing.refused().map(Standing.Refusal::version).orElse(0L)));
        }
        return document.build();
    }

    private static ConfigurationVersion version(DocumentVersion version, boolean whole) {
        return ConfigurationVersion.newBuilder()
                .setVersion(version.version())
                .setContent(whole ? version.content() : "")
                .setOperator(version.order().operator().name())
                .setReason(version.order().reason())
                .setAtMillis(version.at().toEpochMilli())
                .setCopyOf(version.copyOf())
                .build();
    }

    private static ConfigurationRollout rollout(Rollout rollout) {
        return ConfigurationRollout.newBuilder()
                .setRevision(rollout.revision())
                .setVersion(rollout.version())
                .setGrayVersion(rollout.gray().map(Rollout.Gray::version).orElse(0L))
                .setGrayTarget(rollout.gray().map(it -> it.target().toString()).orElse(""))
                .setOperator(rollout.order().operator().name())
                .setReason(rollout.order().reason())
                .setAtMillis(rollout.at().toEpochMilli())
                .build();
    }
}
