/** Names of functions (MODBUS Application Protocol 1.1b3 5.1, and those of vendors), as Zeek has them. */
const FUNCTIONS: ReadonlyMap<number, string> = new Map([
  [0x01, "READ_COILS"],
  [0x02, "READ_DISCRETE_INPUTS"],
  [0x03, "READ_HOLDING_REGISTERS"],
  [0x04, "READ_INPUT_REGISTERS"],
  [0x05, "WRITE_SINGLE_COIL"],
  [0x06, "WRITE_SINGLE_REGISTER"],
  [0x07, "READ_EXCEPTION_STATUS"],
  [0x08, "DIAGNOSTICS"],
  [0x09, "PROGRAM_484"],
  [0x0a, "POLL_484"],
  [0x0b, "GET_COMM_EVENT_COUNTER"],
  [0x0c, "GET_COMM_EVENT_LOG"],
  [0x0d, "PROGRAM_584_984"],
  [0x0e, "POLL_584_984"],
  [0x0f, "WRITE_MULTIPLE_COILS"],
  [0x10, "WRITE_MULTIPLE_REGISTERS"],
  [0x11, "REPORT_SLAVE_ID"],
  [0x12, "PROGRAM_884_U84"],
  [0x13, "RESET_COMM_LINK_884_U84"],
  [0x14, "READ_FILE_RECORD"],
  [0x15, "WRITE_FILE_RECORD"],
  [0x16, "MASK_WRITE_REGISTER"],
  [0x17, "READ_WRITE_MULTIPLE_REGISTERS"],
  [0x18, "READ_FIFO_QUEUE"],
  [0x28, "PROGRAM_CONCEPT"],
  [0x29, "MULTIPLE_FUNCTION_CODES"],
  [0x2b, "ENCAP_INTERFACE_TRANSPORT"],
  [0x5a, "PROGRAM_UNITY"],
  [0x5b, "OBJECT_MESSAGING"],
  [0x7d, "FIRMWARE_REPLACEMENT"],
  [0x7e, "PROGRAM_584_984_2"],
  [0x7f, "REPORT_LOCAL_ADDRESS"],
]);

const EXCEPTIONS: ReadonlyMap<number, string> = new Map([
  [0x01, "ILLEGAL_FUNCTION"],
  [0x02, "ILLEGAL_DATA_ADDRESS"],
  [0x03, "ILLEGAL_DATA_VALUE"],
  [0x04, "SLAVE_DEVICE_FAILURE"],
  [0x05, "ACKNOWLEDGE"],
  [0x06, "SLAVE_DEVICE_BUSY"],
  [0x08, "MEMORY_PARITY_ERROR"],
  [0x0a, "GATEWAY_PATH_UNAVAILABLE"],
  [0x0b, "GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND"],
]);

/** Name of a function; the top bit marks an answer that refuses it. */
export function functionName(code: number): string {
  const plain = FUNCTIONS.get(code & 0x7f);
  if (plain === undefined) return `unknown-${code}`;
  return code >= 0x80 ? `${plain}_EXCEPTION` : plain;
}

export function exceptionName(code: number): string {
  return EXCEPTIONS.get(code) ?? `unknown-${code}`;
}

/** Bytes before the body: transaction, protocol, length, unit, function. */
export const HEADER_BYTES = 8;

/** The header of a message (MODBUS Messaging on TCP/IP 1.0b 3.1.3). */
export interface ModbusHeader {
  readonly transaction: number;
  readonly unit: number;
  readonly code: number;
  /** Of the whole message. */
  readonly bytes: number;
}

/** Reads a header; undefined when it is none. The bytes of one must be there. */
export function parseModbusHeader(bytes: Uint8Array): ModbusHeader | undefined {
  const length = (bytes[4]! << 8) | bytes[5]!;
  if (bytes[2] !== 0 || bytes[3] !== 0 || length < 2) return undefined;
  return {
    transaction: (bytes[0]! << 8) | bytes[1]!,
    unit: bytes[6]!,
    code: bytes[7]!,
    bytes: length + 6,
  };
}

/** True where a request's body has all that its function needs. */
export function isWholeRequest(code: number, body: Uint8Array): boolean {
  switch (code) {
    case 0x01:
    case 0x02:
    case 0x03:
    case 0x04:
    case 0x05:
    case 0x06:
      return body.length >= 4;
    case 0x08:
    case 0x18:
      return body.length >= 2;
    case 0x0f:
      return hasCounted(body, 4);
    case 0x10:
      return hasCounted(body, 4) && number16(body, 2) * 2 <= body[4]!;
    case 0x14:
      return hasCounted(body, 0) && body[0]! % 7 === 0;
    case 0x15:
      return hasCounted(body, 0);
    case 0x16:
      return body.length >= 6;
    case 0x17:
      return hasCounted(body, 8) && number16(body, 6) * 2 <= body[8]!;
    case 0x2b:
      return body.length >= 1;
    default:
      return true;
  }
}

/** The same for an answer. */
export function isWholeAnswer(code: number, body: Uint8Array): boolean {
  if (code >= 0x80) return body.length >= 1;
  switch (code) {
    case 0x01:
    case 0x02:
    case 0x03:
    case 0x04:
    case 0x14:
    case 0x15:
    case 0x17:
      return hasCounted(body, 0);
    case 0x05:
    case 0x06:
    case 0x0f:
    case 0x10:
      return body.length >= 4;
    case 0x08:
      return body.length >= 2;
    case 0x16:
      return body.length >= 6;
    case 0x18:
      return body.length >= 4 && body.length >= 4 + number16(body, 2) * 2;
    case 0x2b:
      return body.length >= 1;
    default:
      return true;
  }
}

/** Functions whose request begins with an address, and whether a quantity follows it. */
export function requestTarget(
  code: number,
  body: Uint8Array,
): { address: number; quantity: number | undefined } | undefined {
  if (body.length < 4) return undefined;
  const hasQuantity = code <= 0x04 || code === 0x0f || code === 0x10 || code === 0x17;
  const isAddressed = hasQuantity || code === 0x05 || code === 0x06 || code === 0x16;
  if (!isAddressed) return undefined;
  return { address: number16(body, 0), quantity: hasQuantity ? number16(body, 2) : undefined };
}

/** As many bytes follow as the byte at a place says. */
function hasCounted(body: Uint8Array, at: number): boolean {
  return body.length > at && body.length >= at + 1 + body[at]!;
}

function number16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
