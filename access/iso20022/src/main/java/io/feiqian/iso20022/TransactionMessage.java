package io.feiqian.iso20022;

import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.vocabulary.AccountNumber;
import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes a transfer that was done as a pacs.008, for systems that take payments in that form. */
final class TransactionMessage {
    private static final String NAME = "pacs.008.001.08";

    private final XMLStreamWriter xml;
    private final IsoConfig config;

    private TransactionMessage(XMLStreamWriter xml, IsoConfig config) {
        this.xml = xml;
        this.config = config;
    }

    /** The message of a transaction. */
    static String of(GetTransactionResponse transaction, IsoConfig config, String now) {
        StringWriter out = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
            new TransactionMessage(xml, config).write(transaction, now);
            xml.close();
        } catch (XMLStreamException failed) {
            throw new IllegalStateException("the message cannot be written", failed);
        }
        return out.toString();
    }

    private void write(GetTransactionResponse transaction, String now) throws XMLStreamException {
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("Document");
        xml.writeDefaultNamespace(MessageName.NAMESPACE + NAME);
        xml.writeStartElement("FIToFICstmrCdtTrf");
        xml.writeStartElement("GrpHdr");
        text("MsgId", transaction.getTraceNumber());
        text("CreDtTm", now);
        text("NbOfTxs", "1");
        xml.writeStartElement("SttlmInf");
        text("SttlmMtd", "INDA");
        xml.writeEndElement();
        agent("InstgAgt");
        agent("InstdAgt");
        xml.writeEndElement();
        xml.writeStartElement("CdtTrfTxInf");
        xml.writeStartElement("PmtId");
        text("EndToEndId", transaction.getTraceNumber());
        text("TxId", transaction.getTraceNumber());
        xml.writeEndElement();
        xml.writeStartElement("IntrBkSttlmAmt");
        xml.writeAttribute("Ccy", transaction.getCurrency());
        xml.writeCharacters(transaction.getAmount());
        xml.writeEndElement();
        text("IntrBkSttlmDt", transaction.getBusinessDate());
        text("ChrgBr", "SLEV");
        party("Dbtr");
        account("DbtrAcct", transaction.getPayerAccount());
        agent("DbtrAgt");
        agent("CdtrAgt");
        party("Cdtr");
        account("CdtrAcct", transaction.getPayeeAccount());
        xml.writeEndDocument();
    }

    private void party(String tag) throws XMLStreamException {
        xml.writeStartElement(tag);
        text("Nm", "NOTPROVIDED");
        xml.writeEndElement();
    }

    private void account(String tag, String number) throws XMLStreamException {
        xml.writeStartElement(tag);
        xml.writeStartElement("Id");
        text("IBAN", new AccountIds(config).iban(AccountNumber.parse(number)));
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private void agent(String tag) throws XMLStreamException {
        xml.writeStartElement(tag);
        xml.writeStartElement("FinInstnId");
        text("BICFI", config.bic());
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private void text(String tag, String text) throws XMLStreamException {
        xml.writeStartElement(tag);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }
}
