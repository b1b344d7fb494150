/** An answer that Twilio would refuse with: HTTP status, Twilio's own code, and a sentence. */
export class TwilioError extends Error {
  constructor(status, code, message) {
    super(message);
    this.name = 'TwilioError';
    this.status = status;
    this.code = code;
  }

  body() {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}

export const badParameter = (message) => new TwilioError(400, 20001, message);

export const notFound = (what) =>
  new TwilioError(404, 20404, `The requested resource ${what} was not found`);
