// v2, listeners.
const AWS = require('aws-sdk');
const show = (...values) => console.log(JSON.stringify(values));
AWS.events.on('complete', (resp) => show('every', resp.request.operation, resp.httpResponse.statusCode || 0, resp.retryCount));
function backoff(count, err) {
  show('backoff', count, err.code);
  return 5;
}
const sts = new AWS.STS({ region: 'us-east-1', endpoint: process.env.STS_URL, maxRetries: 2, retryDelayOptions: { customBackoff: backoff } });
const request = sts.assumeRole({ RoleArn: 'arn:aws:iam::123456789012:role/demo', RoleSessionName: 'ev' });
request.httpRequest.headers['X-Early'] = '1';

request
  .on('validate', (r) => show('validate', Object.keys(r.params).length, r.operation))
  .on('build', (r) => { r.httpRequest.headers['X-Trace'] = 'abc'; show('build', r.httpRequest.method, r.httpRequest.path); })
  .on('sign', (r) => show('sign', r.httpRequest.endpoint.hostname, r.httpRequest.region))
  .on('send', (resp) => { const text = resp.request.httpRequest.headers['Authorization']; show('signed', /x-early/.test(text), /x-trace/.test(text)); })
  .on('httpHeaders', (status, headers, resp, message) => show('headers', status, headers['content-type'], message))
  .on('httpData', (chunk, resp) => show('data', chunk.length > 100))
  .on('httpDone', (resp) => show('done'))
  .on('extractData', (resp) => { resp.data.Extra = 1; })
  .on('success', (resp) => { show('success', resp.data.AssumedRoleUser.Arn, resp.data.Extra, resp.request === request); })
  .on('error', (err, resp) => show('error', err.code))
  .on('complete', (resp) => { show('complete', resp.error, resp.data !== null); refused(); });
request.send();

function refused() {
  const bad = sts.makeRequest('assumeRole', { RoleArn: 'arn:aws:iam::123456789012:role/missing', RoleSessionName: 'ev' });
  bad.on('retry', (resp) => {
    if (resp.error.code === 'AccessDenied') resp.error.retryable = true;
  });
  bad.on('error', (err, resp) => show('error', err.code, err.statusCode, resp.retryCount, resp.maxRetries));
  bad.send((err, data) => {
    show('called back', err.code, data);
    last();
  });
}

function last() {
  const never = () => show('never');
  const request = sts.getCallerIdentity();
  request.on('success', never);
  request.removeListener('success', never);
  request.addListener('success', (resp) => show('last', resp.data.Account, request.startTime instanceof Date, resp.requestId.length > 10));
  request.promise().then((data) => show(data.Account));
}
